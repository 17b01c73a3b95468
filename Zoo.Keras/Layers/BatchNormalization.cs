using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using Zoo.Keras.Training;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: moving statistics, batch renormalization, masks, and statistics over all workers.
/// <summary>
/// gamma · (x − mean) / √(variance + epsilon) + beta for each entry of an axis: with the batch's mean and variance in training, with their moving means
/// otherwise or when frozen (Ioffe and Szegedy, 2015).
/// </summary>
[KerasObject("keras.layers"), KerasCallArgument("mask")]
public sealed class BatchNormalization(int axis = -1, double momentum = 0.99, double epsilon = 1e-3) : Layer
{
    Parameter? gamma, beta;
    Parameter mean = null!, variance = null!;
    Renormalization? renormalization;

    /// <summary>The axis whose entries are normalised apart, usually the channels.</summary>
    public int Axis { get; } = axis;

    /// <summary>How much of the moving means stays at a step.</summary>
    public double Momentum { get; } = momentum is >= 0 and <= 1 ? momentum : throw new ArgumentException($"BatchNormalization: the momentum {momentum} is out of range. Expected 0 to 1.");

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

    /// <summary>The moving mean's first value.</summary>
    public Initializer MovingMeanInitializer { get; init; } = Initializer.Zeros;

    /// <summary>The moving variance's first value.</summary>
    public Initializer MovingVarianceInitializer { get; init; } = Initializer.Ones;

    /// <summary>A penalty on beta.</summary>
    public Regularizer? BetaRegularizer { get; init; }

    /// <summary>A penalty on gamma.</summary>
    public Regularizer? GammaRegularizer { get; init; }

    /// <summary>What beta is forced to be after each update.</summary>
    public Constraint? BetaConstraint { get; init; }

    /// <summary>What gamma is forced to be after each update.</summary>
    public Constraint? GammaConstraint { get; init; }

    /// <summary>Whether training leans on the moving statistics too, so that small batches do less harm (Ioffe, 2017).</summary>
    public bool Renorm { get; init; }

    /// <summary>With <see cref="Renorm"/>: bounds of the corrections, <c>rmin</c>, <c>rmax</c> and <c>dmax</c>; those that are absent do not bind.</summary>
    /// <exception cref="ArgumentException">Another key, rmax below rmin, or a negative dmax.</exception>
    public IReadOnlyDictionary<string, double>? RenormClipping { get => field ?? (Renorm ? new Dictionary<string, double>() : null); init => field = Renormalization.Checked(value); }

    /// <summary>With <see cref="Renorm"/>: how much of its own moving statistics stays at a step.</summary>
    public double RenormMomentum { get; init; } = 0.99;

    /// <summary>Whether statistics are of the whole batch, not of a worker's part: workers then meet in each forward and backward pass. In one process they always are.</summary>
    public bool Synchronized { get; init; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        Shape entries = [input[input.Axis(Axis, "axis")]];
        gamma = Scale ? Weight("gamma", entries, GammaInitializer, GammaRegularizer, constraint: GammaConstraint) : null;
        beta = Center ? Weight("beta", entries, BetaInitializer, BetaRegularizer, constraint: BetaConstraint) : null;
        mean = Weight("moving_mean", entries, MovingMeanInitializer, trainable: false);
        variance = Weight("moving_variance", entries, MovingVarianceInitializer, trainable: false);
        if (!Renorm) return;
        Root root = new(MovingVarianceInitializer);
        renormalization = new(Weight("moving_stddev", entries, root, trainable: false), Weight("renorm_mean", entries, MovingMeanInitializer, trainable: false), Weight("renorm_stddev", entries, root, trainable: false), this);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var (at, training) = (x[0].Shape.Axis(Axis, "axis"), c.Training && c.Trainable);
        var part = training && Synchronized ? c.Lowering.State.Part : null;
        // The fused op knows float32 pictures, channels last; everything else, and a mask, takes the formula. Channels first it pays in training: else the formula fuses with what is around it.
        var fused = x[0].Shape.Rank == 4 && (at == 3 || at == 1 && training) && x[0].DType == DType.Float32 && c.Mask is null && part is null && !(training && Renorm);
        if (!fused) return Formula(Real(x), c, at, training, part);
        var format = at == 1 ? DataFormat.ChannelsFirst : DataFormat.ChannelsLast;
        return format.FromLast(Fused(format.ToLast(x), c, training));
    }

    Variable Fused(Variable x, CallContext c, bool training)
    {
        var ones = A.Constant(NDArray.Full(mean.Shape, 1));
        var node = NormOps.FusedBatchNorm.Call([x, gamma ?? ones, beta ?? A.ZerosLike(ones), training ? A.Constant(NDArray.Zeros([0])) : mean, training ? A.Constant(NDArray.Zeros([0])) : variance],
            Attrs.Of(("epsilon", Epsilon), ("is_training", training)));
        if (training)
        {
            // The op's variance is divided by n − 1, Keras keeps the one divided by n.
            var n = A.Cast(A.SizeOf(x), DType.Float32) / x.Shape[3];
            Move(c, A.StopGradient(node.Outputs[1]), A.StopGradient(node.Outputs[2]) * ((n - 1) / n));
        }
        return node.Out;
    }

    Variable Formula(Variable x, CallContext c, int at, bool training, BatchPart? part)
    {
        var input = x;
        if (x.DType is DType.Float16 or DType.BFloat16) x = A.Cast(x, DType.Float32);
        int[] axes = [.. Enumerable.Range(0, x.Shape.Rank).Where(i => i != at)];
        var shape = Shape.Create([.. Enumerable.Range(0, x.Shape.Rank).Select(i => i == at ? x.Shape[at] : 1)]);
        var (m, v) = (A.Reshape(Value(mean), shape), A.Reshape(Value(variance), shape));
        (Variable R, Variable D)? correction = null;
        if (training)
        {
            (m, v) = c.Mask is null && part is null ? A.Moments(x, axes, keepDims: true) : Weighted(x, c.Mask, axes, part);
            var (batchMean, batchVariance) = (A.StopGradient(A.Reshape(m, mean.Shape)), A.StopGradient(A.Reshape(v, mean.Shape)));
            correction = renormalization?.Correct(batchMean, batchVariance, c);
            if (renormalization is null) Move(c, batchMean, batchVariance);
            else renormalization.Move(c, batchMean, batchVariance, mean, variance);
        }
        var scale = A.Rsqrt(v + Epsilon);
        if (correction is { } r) scale *= A.Reshape(r.R, shape);
        if (gamma is not null) scale *= A.Reshape(Value(gamma), shape);
        var y = (x - m) * scale;
        if (correction is { } d) y += A.Reshape(gamma is null ? d.D : d.D * Value(gamma), shape);
        if (beta is not null) y += A.Reshape(Value(beta), shape);
        return A.Cast(y, input.DType);

        Variable Value(Parameter weight) => A.Cast(weight.Variable, x.DType);
    }

    /// <summary>Mean and variance over what the mask lets count, and over all parts of a batch.</summary>
    static (Variable, Variable) Weighted(Variable x, Variable? mask, int[] axes, BatchPart? part)
    {
        var weight = A.OnesLike(x);
        if (mask is not null)
        {
            var counts = A.Cast(mask, x.DType);
            while (counts.Shape.Rank < x.Shape.Rank) counts = A.ExpandDims(counts, -1);
            weight *= counts;
        }
        var total = Sum(weight);
        if (mask is not null) total += 1e-7;
        var m = Sum(x * weight) / total;
        return (m, Sum(A.SquaredDifference(x, m) * weight) / total);

        Variable Sum(Variable v)
        {
            var own = A.Sum(v, axes, keepDims: true);
            return part?.Sum(own) ?? own;
        }
    }

    /// <summary>The square root of what another initializer gives.</summary>
    sealed class Root(Initializer of) : Initializer
    {
        public override NDArray Create(Shape shape, DType dtype, ulong seed)
        {
            var value = of.Create(shape, dtype, seed);
            for (var i = 0; i < value.Count; i++) value.SetNumber(i, Math.Sqrt(value.Number(i)));
            return value;
        }
    }

    void Move(CallContext c, Variable batchMean, Variable batchVariance)
    {
        foreach (var (weight, value) in ((Parameter, Variable)[])[(mean, batchMean), (variance, batchVariance)])
            c.Update(weight, c.Current(weight) * Momentum + A.Cast(value, weight.DType) * (1 - Momentum));
    }
}
