using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: it adapts to data, takes given numbers, and goes back.
/// <summary>(x − mean) / √variance for each entry of some axes; or back. Mean and variance are given, or found in data by <see cref="Adapt(NDArray)"/>.</summary>
[KerasObject("keras.layers")]
public sealed class Normalization : Layer
{
    const double LeastDeviation = 1e-7;
    Parameter? adaptedMean, adaptedVariance;
    int[] kept = [];

    /// <summary>A layer over axes.</summary>
    /// <param name="axis">The axes whose entries have a mean of their own; the last by default, none for one mean of all.</param>
    /// <param name="mean">The mean: a number, or numbers for the axes' entries.</param>
    /// <param name="variance">The variance, in the same form.</param>
    /// <param name="invert">Whether it goes back: x · √variance + mean.</param>
    /// <exception cref="ArgumentException">Only one of mean and variance is given.</exception>
    public Normalization(int[]? axis = null, NestedNumbers? mean = null, NestedNumbers? variance = null, bool invert = false)
    {
        if (mean is null != variance is null) throw new ArgumentException($"Normalization: only the {(mean is null ? "variance" : "mean")} is given. Expected both, or neither and a call of Adapt.");
        if (mean is not null && mean.Value.Array.Shape != variance!.Value.Array.Shape) throw new ArgumentException($"Normalization: the mean has shape {mean.Value.Array.Shape}, the variance {variance.Value.Array.Shape}. Expected one shape.");
        (Axis, Mean, Variance, Invert) = (axis ?? [-1], mean, variance, invert);
    }

    /// <summary>The axes whose entries have a mean of their own.</summary>
    public int[] Axis { get; }

    /// <summary>The given mean.</summary>
    public NestedNumbers? Mean { get; }

    /// <summary>The given variance.</summary>
    public NestedNumbers? Variance { get; }

    /// <summary>Whether it goes back.</summary>
    public bool Invert { get; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        kept = [.. Axis.Select(a => input.Axis(a, "axis")).Order()];
        if (Mean is not null) return;
        var entries = Shape.Create([.. kept.Select(a => input[a])]);
        adaptedMean = Weight("mean", entries, Initializer.Zeros, trainable: false);
        adaptedVariance = Weight("variance", entries, Initializer.Ones, trainable: false);
        Weight("count", Shape.Scalar, Initializer.Zeros, trainable: false, dtype: DType.Int64);
    }

    /// <summary>Finds mean and variance of an array.</summary>
    /// <exception cref="InvalidOperationException">They are given.</exception>
    public void Adapt(NDArray data) => Adapt([data]);

    /// <summary>Finds mean and variance of batches.</summary>
    /// <exception cref="InvalidOperationException">They are given.</exception>
    public void Adapt(IEnumerable<NDArray> batches)
    {
        if (Mean is not null) throw new InvalidOperationException($"{Name}: Adapt was called on a layer with a given mean. Expected a layer without.");
        (double N, double Mean, double Squares)[] sums = [];
        foreach (var batch in batches)
        {
            if (BuiltFor is null) Apply(K.Input(batch.Shape[1..]));
            if (sums.Length == 0) sums = new (double, double, double)[adaptedMean!.Shape.Elements];
            Gather(batch, sums);
        }
        if (sums.Length == 0) throw new ArgumentException($"{Name}: Adapt was given no data. Expected at least one batch.");
        adaptedMean!.Value = NDArray.From(sums.Select(s => (float)s.Mean).ToArray(), adaptedMean.Shape);
        adaptedVariance!.Value = NDArray.From(sums.Select(s => (float)(s.Squares / s.N)).ToArray(), adaptedVariance.Shape);
    }

    /// <summary>Moves counts, means and sums of squared differences on (Welford, 1962).</summary>
    void Gather(NDArray batch, (double N, double Mean, double Squares)[] sums)
    {
        var strides = new long[batch.Shape.Rank];
        long step = 1;
        for (var i = strides.Length - 1; i >= 0; step *= batch.Shape[i--]) strides[i] = step;
        for (var i = 0; i < batch.Count; i++)
        {
            long at = 0;
            foreach (var axis in kept) at = at * batch.Shape[axis] + i / strides[axis] % batch.Shape[axis];
            ref var sum = ref sums[at];
            var x = batch.Number(i);
            var next = sum.Mean + (x - sum.Mean) / ++sum.N;
            sum.Squares += (x - sum.Mean) * (x - next);
            sum.Mean = next;
        }
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = Real(x);
        var (mean, deviation) = (Wide(Mean, adaptedMean, x), A.Maximum(A.Sqrt(Wide(Variance, adaptedVariance, x)), A.Constant(LeastDeviation, x.DType)));
        return Invert ? x * deviation + mean : (x - mean) / deviation;
    }

    /// <summary>Numbers in a shape that broadcasts against the input: aligned with the axes from the right.</summary>
    Variable Wide(NestedNumbers? given, Parameter? adapted, Variable x)
    {
        var value = given is { } numbers ? A.Constant(numbers.Array.Cast(x.DType)) : A.Cast(adapted!.Variable, x.DType);
        if (value.Shape.Rank == 0) return value;
        if (value.Shape.Rank > kept.Length) throw new ShapeException($"the mean or variance has shape {value.Shape}. Expected at most {kept.Length} axes, those of axis {string.Join(", ", Axis)}.") { Actual = value.Shape };
        var shape = new long[x.Shape.Rank];
        Array.Fill(shape, 1);
        for (var i = 1; i <= value.Shape.Rank; i++) shape[kept[^i]] = value.Shape[^i];
        return A.Reshape(value, Shape.Create(shape));
    }
}
