namespace Zoo.Keras;

/// <summary>An activation by Keras' name, or a C# expression; converts from both.</summary>
public readonly record struct ActivationFunction : IKerasValue<ActivationFunction>
{
    static readonly Dictionary<string, string> Aliases = new() { ["swish"] = "silu", ["hard_swish"] = "hard_silu" };

    readonly string? name;
    readonly Func<Variable, Variable>? formula;
    readonly Layer? layer;

    /// <summary>The activation with a name.</summary>
    /// <exception cref="ArgumentException">No activation has it; the message lists all.</exception>
    public ActivationFunction(string name)
    {
        this.name = Aliases.GetValueOrDefault(name, name);
        if (!Activations.Named.ContainsKey(this.name)) throw new ArgumentException($"activation: '{name}' is not known. Expected one of {string.Join(", ", Activations.Named.Keys.Concat(Aliases.Keys))}.");
    }

    /// <summary>A C# expression; it has no name, so a layer with it cannot be saved.</summary>
    public ActivationFunction(Func<Variable, Variable> formula) => this.formula = formula;

    /// <summary>A layer without weights, such as <see cref="LeakyReLU"/> with a slope of its own.</summary>
    public ActivationFunction(Layer layer) => (this.layer, formula) = (layer, x => layer.Apply(x));

    /// <summary>Keras' name; <c>linear</c> by default, null for a layer or a C# expression.</summary>
    public string? Name => formula is null ? name ?? "linear" : null;

    /// <summary>The activation of a value.</summary>
    public Variable Of(Variable x) => (formula ?? Activations.Named[Name!])(x);

    /// <summary>The activation with a name.</summary>
    public static implicit operator ActivationFunction(string name) => new(name);

    /// <summary>A C# expression.</summary>
    public static implicit operator ActivationFunction(Func<Variable, Variable> formula) => new(formula);

    /// <summary>A layer without weights.</summary>
    public static implicit operator ActivationFunction(Layer layer) => new(layer);

    /// <inheritdoc/>
    public object? ToKeras() => (object?)Name ?? (object?)layer ?? formula;

    /// <inheritdoc/>
    public static ActivationFunction FromKeras(object? value) => value switch
    {
        null => default,
        string name => new(name),
        Layer layer => new(layer),
        Dictionary<string, object?> function when function.GetValueOrDefault("class_name") is "function" && function.GetValueOrDefault("config") is string name => new(name),
        _ => throw new ArgumentException($"'{value}' is no activation. Expected a name or a layer."),
    };

    /// <inheritdoc/>
    public override string ToString() => Name ?? layer?.Name ?? "a C# expression";
}
