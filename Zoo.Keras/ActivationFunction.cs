namespace Zoo.Keras;

/// <summary>An activation by Keras' name, or a C# expression; converts from both.</summary>
public readonly record struct ActivationFunction
{
    static readonly Dictionary<string, string> Aliases = new() { ["swish"] = "silu", ["hard_swish"] = "hard_silu" };

    readonly string? name;
    readonly Func<Variable, Variable>? formula;

    /// <summary>The activation with a name.</summary>
    /// <exception cref="ArgumentException">No activation has it; the message lists all.</exception>
    public ActivationFunction(string name)
    {
        this.name = Aliases.GetValueOrDefault(name, name);
        if (!Activations.Named.ContainsKey(this.name)) throw new ArgumentException($"activation: '{name}' is not known. Expected one of {string.Join(", ", Activations.Named.Keys.Concat(Aliases.Keys))}.");
    }

    /// <summary>A C# expression; it has no name, so a layer with it cannot be saved.</summary>
    public ActivationFunction(Func<Variable, Variable> formula) => this.formula = formula;

    /// <summary>Keras' name; <c>linear</c> by default, null for a C# expression.</summary>
    public string? Name => formula is null ? name ?? "linear" : null;

    /// <summary>The activation of a value.</summary>
    public Variable Of(Variable x) => (formula ?? Activations.Named[Name!])(x);

    /// <summary>The activation with a name.</summary>
    public static implicit operator ActivationFunction(string name) => new(name);

    /// <summary>A C# expression.</summary>
    public static implicit operator ActivationFunction(Func<Variable, Variable> formula) => new(formula);

    /// <inheritdoc/>
    public override string ToString() => Name ?? "a C# expression";
}
