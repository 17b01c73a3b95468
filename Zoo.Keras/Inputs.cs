using System.Collections;

namespace Zoo.Keras;

/// <summary>What a layer is called with: Variables in order, some of them by name. Stands for the first one where one is wanted.</summary>
public sealed class Inputs : IReadOnlyList<Variable>
{
    readonly Variable[] items;
    readonly string?[] names;

    internal Inputs(Variable[] items, string?[]? names = null) => (this.items, this.names) = (items, names ?? new string?[items.Length]);

    /// <summary>How many there are.</summary>
    public int Count => items.Length;

    /// <summary>One of them.</summary>
    public Variable this[int index] => items[index];

    /// <summary>The one that was given by name (Keras' keyword argument), or null.</summary>
    public Variable? this[string name] => Array.IndexOf(names, name) is >= 0 and var at ? items[at] : null;

    /// <summary>Those that were given without a name.</summary>
    public Variable[] Positional => [.. items.Where((_, i) => names[i] is null)];

    /// <summary>The first one.</summary>
    public static implicit operator Variable(Inputs inputs) => inputs[0];

    /// <inheritdoc/>
    public IEnumerator<Variable> GetEnumerator() => ((IEnumerable<Variable>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
