namespace Zoo.Keras;

/// <summary>What an optimizer remembers of one weight: reading gives the value so far, writing the new one.</summary>
public sealed class OptimizerSlots
{
    readonly Dictionary<string, Variable> values = [];

    internal OptimizerSlots(IReadOnlyDictionary<string, Parameter> slots)
    {
        foreach (var (name, slot) in slots) values[name] = slot.Variable;
    }

    internal void Add(string name, Variable value) => values[name] = value;

    /// <summary>Whether a slot is kept of this weight.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>A slot by name.</summary>
    /// <exception cref="KeyNotFoundException">The optimizer declares none of that name.</exception>
    public Variable this[string name]
    {
        get => values.TryGetValue(name, out var value) ? value : throw Unknown(name);
        set => values[name] = values.ContainsKey(name) ? value : throw Unknown(name);
    }

    KeyNotFoundException Unknown(string name) => new($"optimizer: there is no slot '{name}'. Expected one of {string.Join(", ", values.Keys)}. Declare it in Slots.");
}
