using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>
/// Data of a model's inputs or outputs: one array, several in the model's order (<c>[a, b]</c>), or by the names of inputs or outputs
/// (<c>new() { ["ids"] = a, ["price"] = b }</c>, or a dictionary). Axis 0 counts the samples.
/// </summary>
[CollectionBuilder(typeof(Arrays), nameof(Create))]
public sealed class Arrays : IReadOnlyList<NDArray>
{
    readonly List<NDArray> values;
    readonly List<string>? names;

    /// <summary>Arrays by name, to be filled.</summary>
    public Arrays() => (values, names) = ([], []);

    Arrays(NDArray[] values, string[]? names)
    {
        for (var i = 0; i < values.Length; i++)
            if (values[i] is null) throw new ArgumentNullException(nameof(values), $"arrays: {(names is null ? $"number {i} of {values.Length}" : $"'{names[i]}'")} is null. Expected an array in every place.");
        (this.values, this.names) = ([.. values], names?.ToList());
    }

    /// <summary>The names, where there are some.</summary>
    public IReadOnlyList<string>? Names => names;

    /// <inheritdoc/>
    public int Count => values.Count;

    /// <inheritdoc/>
    public NDArray this[int index] => values[index];

    /// <summary>The array with a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    /// <exception cref="ArgumentException">Set twice.</exception>
    /// <exception cref="InvalidOperationException">Set where the arrays were given in order.</exception>
    public NDArray this[string name]
    {
        get => names?.IndexOf(name) is >= 0 and var at ? values[at] : throw new KeyNotFoundException($"arrays: there is no '{name}'. Expected one of {string.Join(", ", Names ?? [])}.");
        set
        {
            if (names is null) throw new InvalidOperationException($"arrays: these are given in order, '{name}' cannot be added by name. Start with new Arrays().");
            if (names.Contains(name)) throw new ArgumentException($"arrays: '{name}' is there already. Expected each name once.");
            values.Add(value ?? throw new ArgumentNullException(nameof(value), $"arrays: '{name}' is null. Expected an array."));
            names.Add(name);
        }
    }

    /// <summary>Arrays in order.</summary>
    public static Arrays Create(ReadOnlySpan<NDArray> values) => new(values.ToArray(), null);

    /// <summary>Arrays by name.</summary>
    public static Arrays Create(IReadOnlyDictionary<string, NDArray> named) => new([.. named.Values], [.. named.Keys]);

    internal static Arrays Create(NDArray[] values, string[]? names) => new(values, names);

    /// <summary>One array.</summary>
    public static implicit operator Arrays(NDArray value) => new([value], null);

    /// <summary>Arrays in order.</summary>
    public static implicit operator Arrays(NDArray[] values) => new(values, null);

    /// <summary>A .NET array of any rank.</summary>
    public static implicit operator Arrays(Array value) => value is NDArray[] several ? new(several, null) : new([NDArray.From(value)], null);

    /// <summary>Arrays by name.</summary>
    public static implicit operator Arrays(Dictionary<string, NDArray> named) => Create(named);

    /// <summary>The arrays in the order of given names.</summary>
    /// <param name="wanted">The names of the inputs or outputs.</param>
    /// <param name="what">What is given, for messages.</param>
    /// <param name="needed">Which of them must be there.</param>
    internal NDArray?[] Ordered(IReadOnlyList<string> wanted, string what, Func<int, bool> needed)
    {
        if (Names is null)
        {
            if (Count != wanted.Count) throw new ArgumentException($"{what}: {Count} arrays were given. Expected {wanted.Count}: {string.Join(", ", wanted)}.");
            return [.. values];
        }
        foreach (var name in Names)
            if (!wanted.Contains(name)) throw new ArgumentException($"{what}: there is no '{name}' in the model. Expected {string.Join(", ", wanted)}.");
        return [.. wanted.Select((name, i) => names!.IndexOf(name) is >= 0 and var at ? values[at] : needed(i) ? throw new ArgumentException($"{what}: '{name}' is missing. Expected {string.Join(", ", wanted)}.") : null)];
    }

    /// <inheritdoc/>
    public IEnumerator<NDArray> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => Names is null ? string.Join(", ", values.Select(v => $"{v.DType.Name()} {v.Shape}")) : string.Join(", ", Names.Zip(values, (n, v) => $"{n} {v.DType.Name()} {v.Shape}"));
}
