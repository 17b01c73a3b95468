using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>An activation by Keras' name; converts from a string.</summary>
public readonly record struct ActivationFunction
{
    static readonly Dictionary<string, Func<Variable, Variable>> Known = new()
    {
        ["linear"] = x => x,
        ["relu"] = A.Relu,
        ["relu6"] = A.Relu6,
        ["elu"] = A.Elu,
        ["tanh"] = A.Tanh,
        ["sigmoid"] = A.Sigmoid,
        ["softmax"] = A.Softmax,
        ["log_softmax"] = A.LogSoftmax,
        ["softplus"] = A.Softplus,
        ["softsign"] = A.Softsign,
        ["exponential"] = A.Exp,
    };

    readonly string? name;

    /// <summary>The activation with a name.</summary>
    /// <exception cref="ArgumentException">No activation has it; the message lists all.</exception>
    public ActivationFunction(string name) => this.name = Known.ContainsKey(name) ? name
        : throw new ArgumentException($"activation: '{name}' is not known. Expected one of {string.Join(", ", Known.Keys)}.");

    /// <summary>Keras' name; <c>linear</c> by default.</summary>
    public string Name => name ?? "linear";

    /// <summary>The activation of a value.</summary>
    public Variable Of(Variable x) => Known[Name](x);

    /// <summary>The activation with a name.</summary>
    public static implicit operator ActivationFunction(string name) => new(name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
