using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What a weight is forced to be after each update. Converts from Keras' names: <c>max_norm</c>, <c>min_max_norm</c>, <c>non_neg</c>, <c>unit_norm</c>.</summary>
/// <example><code>new Dense(10) { KernelConstraint = new MaxNorm(2) }</code></example>
public abstract class Constraint
{
    /// <summary>Keras' epsilon: keeps quotients by norms finite.</summary>
    private protected const double Epsilon = 1e-7;

    /// <summary>The nearest allowed value.</summary>
    public abstract Variable Of(Variable weight);

    /// <summary>The constraint with a name, with Keras' defaults.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Constraint(string name) => KerasRegistry.Named<Constraint>("constraint", name);

    private protected static Variable Norms(Variable weight, AxisSet axis) => A.Sqrt(A.Sum(A.Square(weight), axis.Axes, keepDims: true));
}
