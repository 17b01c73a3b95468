using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>An activation by Keras' name, or a C# expression; converts from both.</summary>
public readonly record struct ActivationFunction
{
    static readonly Dictionary<string, Func<Variable, Variable>> Known = new()
    {
        ["linear"] = x => x,
        ["relu"] = A.Relu,
        ["relu6"] = A.Relu6,
        ["leaky_relu"] = x => A.LeakyRelu(x),
        ["elu"] = A.Elu,
        ["celu"] = A.Elu,
        ["selu"] = A.Selu,
        ["gelu"] = x => x * (A.Erf(x * Math.Sqrt(0.5)) + 1) * 0.5,
        ["silu"] = x => x * A.Sigmoid(x),
        ["mish"] = x => x * A.Tanh(A.Softplus(x)),
        ["tanh"] = A.Tanh,
        ["tanh_shrink"] = x => x - A.Tanh(x),
        ["sigmoid"] = A.Sigmoid,
        ["log_sigmoid"] = x => -A.Softplus(-x),
        ["hard_sigmoid"] = HardSigmoid,
        ["hard_silu"] = x => x * HardSigmoid(x),
        ["hard_tanh"] = x => A.Clip(x, -1, 1),
        ["hard_shrink"] = x => A.Where(A.Abs(x) > 0.5, x, A.ZerosLike(x)),
        ["soft_shrink"] = x => A.Relu(x - 0.5) - A.Relu(-x - 0.5),
        ["softmax"] = A.Softmax,
        ["log_softmax"] = A.LogSoftmax,
        ["softplus"] = A.Softplus,
        ["softsign"] = A.Softsign,
        ["sparse_plus"] = x => A.Where(x < 1, A.Square(A.Relu(x + 1)) * 0.25, x),
        ["sparse_sigmoid"] = x => A.Clip((x + 1) * 0.5, 0, 1),
        ["squareplus"] = x => (x + A.Sqrt(A.Square(x) + 4)) * 0.5,
        ["exponential"] = A.Exp,
        ["glu"] = x => A.Split(x, 2) is var halves ? halves[0] * A.Sigmoid(halves[1]) : x,
    };

    static readonly Dictionary<string, string> Aliases = new() { ["swish"] = "silu", ["hard_swish"] = "hard_silu" };

    readonly string? name;
    readonly Func<Variable, Variable>? formula;

    /// <summary>The activation with a name.</summary>
    /// <exception cref="ArgumentException">No activation has it; the message lists all.</exception>
    public ActivationFunction(string name)
    {
        this.name = Aliases.GetValueOrDefault(name, name);
        if (!Known.ContainsKey(this.name)) throw new ArgumentException($"activation: '{name}' is not known. Expected one of {string.Join(", ", Known.Keys.Concat(Aliases.Keys))}.");
    }

    /// <summary>A C# expression; it has no name, so a layer with it cannot be saved.</summary>
    public ActivationFunction(Func<Variable, Variable> formula) => this.formula = formula;

    /// <summary>Keras' name; <c>linear</c> by default, null for a C# expression.</summary>
    public string? Name => formula is null ? name ?? "linear" : null;

    /// <summary>The activation of a value.</summary>
    public Variable Of(Variable x) => (formula ?? Known[Name!])(x);

    /// <summary>The activation with a name.</summary>
    public static implicit operator ActivationFunction(string name) => new(name);

    /// <summary>A C# expression.</summary>
    public static implicit operator ActivationFunction(Func<Variable, Variable> formula) => new(formula);

    /// <inheritdoc/>
    public override string ToString() => Name ?? "a C# expression";

    static Variable HardSigmoid(Variable x) => A.Relu6(x + 3) * (1.0 / 6);
}
