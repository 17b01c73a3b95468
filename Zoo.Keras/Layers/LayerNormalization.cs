using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: more than half are options, each with its documentation.
/// <summary>gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance of each sample over axes (Ba and others, 2016).</summary>
[KerasObject("keras.layers")]
public sealed class LayerNormalization(AxisSet? axis = null, double epsilon = 1e-3) : Layer
{
    Parameter? gamma, beta;

    /// <summary>The axis or axes, by default the last; once built a list in order, as Keras keeps it.</summary>
    public AxisSet Axis { get; private set; } = axis ?? -1;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>Whether beta is added.</summary>
    public bool Center { get; init; } = true;

    /// <summary>Whether gamma multiplies.</summary>
    public bool Scale { get; init; } = true;

    /// <summary>Whether x is divided by its deviation alone: no mean is taken off and no beta added.</summary>
    public bool RmsScaling { get; init; }

    /// <summary>Beta's first value.</summary>
    public Initializer BetaInitializer { get; init; } = Initializer.Zeros;

    /// <summary>Gamma's first value.</summary>
    public Initializer GammaInitializer { get; init; } = Initializer.Ones;

    /// <summary>A penalty on beta.</summary>
    public Regularizer? BetaRegularizer { get; init; }

    /// <summary>A penalty on gamma.</summary>
    public Regularizer? GammaRegularizer { get; init; }

    /// <summary>What beta is forced to be after each update.</summary>
    public Constraint? BetaConstraint { get; init; }

    /// <summary>What gamma is forced to be after each update.</summary>
    public Constraint? GammaConstraint { get; init; }

    // Inputs keep their type, for half precision would make large ones infinite.
    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        foreach (var axis in Axis.Axes) input.Axis(axis, "axis");
        Axis = Axis.Axes.Order().ToArray();
        var entries = Shape.Create([.. Axis.Axes.Select(a => input[a])]);
        gamma = Scale || RmsScaling ? Weight("gamma", entries, GammaInitializer, GammaRegularizer, constraint: GammaConstraint) : null;
        beta = Center && !RmsScaling ? Weight("beta", entries, BetaInitializer, BetaRegularizer, constraint: BetaConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var input = x.DType;   // Keras goes back to it before it takes the layer's: of whole numbers the fractions go
        if (input is not (DType.Float32 or DType.Float64)) x = A.Cast(x, DType.Float32);
        int[] axes = [.. Axis.Axes.Select(a => x.Shape.Axis(a, "axis"))];
        var y = RmsScaling ? Scaled(x, axes) : AxisNorm.Of(x, axes, Epsilon, Value(gamma, x), Value(beta, x));
        return A.Cast(A.Cast(y, input), DTypePolicy.ComputeDType);
    }

    static Variable? Value(Parameter? weight, Variable x) => weight is null ? null : A.Cast(weight.Variable, x.DType);

    Variable Scaled(Variable x, int[] axes) => x * A.Rsqrt(A.Moments(x, axes, keepDims: true).Variance + Epsilon) * AxisNorm.Along(Value(gamma, x)!, x, axes);
}
