using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>
/// The inputs or outputs of a model: one Variable, a list <c>[a, b]</c>, or a dictionary by name. Data come and go in the same form.
/// </summary>
[CollectionBuilder(typeof(Ports), nameof(Create))]
public sealed class Ports : IEnumerable<Variable>
{
    Ports(Variable[] values, string[]? keys, bool single) => (Values, Keys, IsSingle) = (values, keys, single);

    /// <summary>The Variables; those of a dictionary in the order of their sorted names, as Keras flattens it.</summary>
    internal Variable[] Values { get; }

    /// <summary>The names of a dictionary, sorted; else null.</summary>
    internal string[]? Keys { get; }

    /// <summary>The names of a dictionary in the order in which it was written.</summary>
    internal string[]? Written { get; private init; }

    /// <summary>Whether it is one Variable, not a list of one.</summary>
    internal bool IsSingle { get; }

    /// <summary>A list.</summary>
    public static Ports Create(ReadOnlySpan<Variable> values) => new(values.ToArray(), null, single: false);

    /// <summary>One Variable.</summary>
    public static implicit operator Ports(Variable value) => new([value], null, single: true);

    /// <summary>A list.</summary>
    public static implicit operator Ports(Variable[] values) => Create(values);

    /// <summary>Variables by name.</summary>
    public static implicit operator Ports(Dictionary<string, Variable> named)
    {
        string[] keys = [.. named.Keys.Order(StringComparer.Ordinal)];
        return new([.. keys.Select(k => named[k])], keys, single: false) { Written = [.. named.Keys] };
    }

    /// <summary>The same form with other contents: one value, a list (<c>object?[]</c>) or a dictionary in its written order.</summary>
    internal object? Map(Func<Variable, object?> of) =>
        IsSingle ? of(Values[0])
        : Written is { } keys ? keys.ToDictionary(k => k, k => of(Values[Array.IndexOf(Keys!, k)]))
        : Array.ConvertAll(Values, v => of(v));

    /// <inheritdoc/>
    public IEnumerator<Variable> GetEnumerator() => ((IEnumerable<Variable>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
