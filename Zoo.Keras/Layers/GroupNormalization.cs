using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: more than half are options, each with its documentation.
/// <summary>gamma · (x − mean) / √(variance + epsilon) + beta, with mean and variance of each sample over groups of channels (Wu and He, 2018).</summary>
[KerasObject("keras.layers")]
public sealed class GroupNormalization(int groups = 32, int axis = -1, double epsilon = 1e-3) : Layer
{
    Parameter? gamma, beta;

    /// <summary>How many groups; −1 makes each channel one, and is their number once the layer is built.</summary>
    public int Groups { get; private set; } = groups;

    /// <summary>The axis of the channels.</summary>
    public int Axis { get; } = axis;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>Whether beta is added.</summary>
    public bool Center { get; init; } = true;

    /// <summary>Whether gamma multiplies.</summary>
    public bool Scale { get; init; } = true;

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
        var channels = input[input.Axis(Axis, "axis")];
        if (Groups == -1) Groups = (int)channels;
        if (channels < 0 || Groups <= 0 || channels % Groups != 0)
            throw new ShapeException($"{Groups} groups do not divide axis {Axis} of {input}. Expected a divisor of a known number of channels.") { Actual = input };
        gamma = Scale ? Weight("gamma", [channels], GammaInitializer, GammaRegularizer, constraint: GammaConstraint) : null;
        beta = Center ? Weight("beta", [channels], BetaInitializer, BetaRegularizer, constraint: BetaConstraint) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var (input, rank, at) = (x.DType, x.Shape.Rank, x.Shape.Axis(Axis, "axis"));   // Keras goes back to its type before it takes the layer's: of whole numbers the fractions go
        var within = (int)(x.Shape[at] / Groups);
        if (input is not (DType.Float32 or DType.Float64)) x = A.Cast(x, DType.Float32);
        if (at == rank - 1)
            return Back(GroupNormOps.GroupNorm.Call([x, .. new[] { gamma, beta }.OfType<Parameter>().Select(p => A.Cast(p.Variable, x.DType))],
                Attrs.Of(("groups", Groups), ("epsilon", Epsilon), ("S", gamma is null ? 0 : 1), ("O", beta is null ? 0 : 1))).Out);
        // The groups get an axis of their own before that of the channels.
        var sizes = A.ShapeOf(x);
        var grouped = A.Reshape(x, A.Concat([sizes[..at], A.Ints([Groups, within]), sizes[(at + 1)..]], 0));
        var (mean, variance) = A.Moments(grouped, [.. Enumerable.Range(1, rank).Where(i => i != at)], keepDims: true);
        var inverse = A.Rsqrt(variance + Epsilon);
        var shape = Shape.Create([.. Enumerable.Range(0, rank + 1).Select(i => i == at ? Groups : i == at + 1 ? within : 1L)]);
        if (gamma is not null) inverse *= A.Reshape(A.Cast(gamma.Variable, x.DType), shape);
        var shift = -mean * inverse;   // in Keras' order: large inputs show how it was rounded
        if (beta is not null) shift += A.Reshape(A.Cast(beta.Variable, x.DType), shape);
        return Back(A.ReshapeLike(grouped * inverse + shift, x));

        Variable Back(Variable y) => A.Cast(A.Cast(y, input), DTypePolicy.ComputeDType);
    }
}
