using System.Collections;

namespace Zoo.Keras;

/// <summary>One enumeration of data: its number, from which random orders derive, and what ends it early.</summary>
internal readonly record struct Pass(int Number, CancellationToken Cancel);

/// <summary>A sequence that is told which pass over it begins, so that a later process sees the same order.</summary>
internal interface IPasses<out T> : IEnumerable<T>
{
    /// <summary>The number of elements, where it is known.</summary>
    int? Count { get; }

    IEnumerable<T> Open(Pass pass);
}

/// <summary>A sequence of which each element is changed, pass by pass.</summary>
internal sealed class MappedPasses<T, TResult>(IPasses<T> source, Func<T, TResult> map) : IPasses<TResult>
{
    public int? Count => source.Count;

    public IEnumerable<TResult> Open(Pass pass) => source.Open(pass).Select(map);

    public IEnumerator<TResult> GetEnumerator() => source.Select(map).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
