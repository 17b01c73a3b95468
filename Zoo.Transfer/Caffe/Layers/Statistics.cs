using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Mean 0, and variance 1 too, for each sample's channels or for the whole sample.</summary>
[KerasObject(Package = "caffe")]
public sealed class MVN(bool acrossChannels = false, bool normalizeVariance = true, double epsilon = 1e-9) : Layer
{
    /// <summary>Whether the channels of a sample are taken together.</summary>
    public bool AcrossChannels { get; } = acrossChannels;

    /// <summary>Whether is divided by the deviation.</summary>
    public bool NormalizeVariance { get; } = normalizeVariance;

    /// <summary>Is added to the deviation.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        int[] axes = [.. Enumerable.Range(AcrossChannels ? 1 : 2, Math.Max(0, x.Shape.Rank - (AcrossChannels ? 1 : 2)))];
        var y = x - A.Mean(x, axes, keepDims: true);
        return NormalizeVariance ? y / (A.Sqrt(A.Mean(A.Square(y), axes, keepDims: true)) + Epsilon) : y;
    }
}

/// <summary>Each sample, or each of its places, divided by its Euclidean norm, times a weight for each channel.</summary>
[KerasObject(Package = "caffe")]
public sealed class Normalize(bool acrossSpatial = true, bool channelShared = true, double epsilon = 1e-10) : Layer
{
    Parameter scale = null!;

    /// <summary>Whether the norm is that of a whole sample, not of each place.</summary>
    public bool AcrossSpatial { get; } = acrossSpatial;

    /// <summary>Whether all channels have one weight.</summary>
    public bool ChannelShared { get; } = channelShared;

    /// <summary>Is added to the sum of squares.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>The weight's first value.</summary>
    public Initializer ScaleInitializer { get; init; } = Initializer.Ones;

    /// <inheritdoc/>
    protected override void Build(Shape input) => scale = Weight("scale", [ChannelShared ? 1 : input[1]], ScaleInitializer);

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        int[] axes = AcrossSpatial ? [.. Enumerable.Range(1, x.Shape.Rank - 1)] : [1];
        var y = x / A.Sqrt(A.Sum(A.Square(x), axes, keepDims: true) + Epsilon);
        return y * A.Reshape(scale, Shape.Create([scale.Shape[0], .. Enumerable.Repeat(1L, x.Shape.Rank - 2)]));
    }
}

/// <summary>The sum, sum of absolute values, sum of squares or mean over all axes from one on, times a number.</summary>
/// <param name="operation"><c>sum</c>, <c>asum</c>, <c>sumsq</c> or <c>mean</c>.</param>
/// <param name="axis">The first axis that goes; the batch is 0.</param>
/// <param name="coefficient">What the result is multiplied by.</param>
[KerasObject(Package = "caffe")]
public sealed class TailReduction(string operation = "sum", int axis = 0, double coefficient = 1) : Layer
{
    /// <summary>What is computed.</summary>
    public string Operation { get; } = operation is "sum" or "asum" or "sumsq" or "mean" ? operation : throw new ArgumentException($"TailReduction: the operation '{operation}' is not known. Expected sum, asum, sumsq or mean.");

    /// <summary>The first axis that goes.</summary>
    public int Axis { get; } = axis;

    /// <summary>What the result is multiplied by.</summary>
    public double Coefficient { get; } = coefficient;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var first = x.Shape.Axis(Axis, "axis");
        int[] axes = [.. Enumerable.Range(first, x.Shape.Rank - first)];
        var y = Operation switch { "asum" => A.Sum(A.Abs(x), axes), "sumsq" => A.Sum(A.Square(x), axes), "mean" => A.Mean(x, axes), _ => A.Sum(x, axes) };
        return Coefficient == 1 ? y : y * Coefficient;
    }
}

/// <summary>The places of the largest values, as numbers, along an axis or within each sample, the last first of equal ones; of whole samples as axis 2 of as many axes as the input has, of three at least.</summary>
/// <param name="topK">How many.</param>
/// <param name="outMaxVal">Whether the values are given: along an axis instead of the places, else beside them.</param>
/// <param name="axis">The axis, the batch being 0; null for whole samples.</param>
[KerasObject(Package = "caffe")]
public sealed class ArgMax(int topK = 1, bool outMaxVal = false, int? axis = null) : Layer
{
    /// <summary>How many.</summary>
    public int TopK { get; } = topK > 0 ? topK : throw new ArgumentException($"ArgMax: {topK} places were asked for. Expected a positive number.");

    /// <summary>Whether the values are given.</summary>
    public bool OutMaxVal { get; } = outMaxVal;

    /// <summary>The axis.</summary>
    public int? Axis { get; } = axis;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (Axis is not { } along)
        {
            var sample = x.Shape[1..];
            var (values, places) = Largest(A.Reshape(x, [Dim.Any, sample.Elements]), sample.Elements);
            var found = OutMaxVal ? A.Stack([places, values], axis: 1) : A.ExpandDims(places, 1);
            return x.Shape.Rank <= 3 ? found : A.Reshape(found, Shape.Create([Dim.Any, .. found.Shape.Dims[1..], .. Enumerable.Repeat(1L, x.Shape.Rank - 3)]));
        }
        var at = x.Shape.Axis(along, "axis");
        long[] toEnd = [.. Enumerable.Range(0, x.Shape.Rank).Where(i => i != at).Append(at).Select(i => (long)i)];
        if (x.Shape[at] < 0) throw new ShapeException($"axis {at} of {x.Shape} has an unknown size. Expected a known one.") { Actual = x.Shape };
        var (largest, indices) = Largest(A.Transpose(x, toEnd), x.Shape[at]);
        return A.Transpose(OutMaxVal ? largest : indices, Autograd.Ops.ArrayOps.Inverse(toEnd));
    }

    /// <summary>The largest along the last axis and where they are, as numbers; among equal ones TopK takes the first, so it sees them the other way round.</summary>
    (Variable Values, Variable Places) Largest(Variable x, long size)
    {
        if (TopK > size) throw new ShapeException($"{TopK} of {size} values were asked for. Expected at most all of them.") { Actual = x.Shape };
        var (values, places) = A.TopK(A.Reverse(x, x.Shape.Rank - 1), TopK);
        return (values, (size - 1) - A.Cast(places, x.DType));
    }
}

/// <summary>Spatial pyramid pooling (He et al., 2014): maxima or means of 1, 4, 16, … parts of a picture, all in one row; those of the whole picture alone stay [batch, channels, 1, 1].</summary>
/// <param name="pyramidHeight">How many levels.</param>
/// <param name="method"><c>max</c>, <c>average</c> or <c>stochastic</c>.</param>
[KerasObject(Package = "caffe")]
public sealed class SPP(int pyramidHeight, string method = "max") : Layer
{
    /// <summary>How many levels.</summary>
    public int PyramidHeight { get; } = pyramidHeight is > 0 and < 16 ? pyramidHeight : throw new ArgumentException($"SPP: {pyramidHeight} levels were asked for. Expected 1 to 15.");

    /// <summary>What is taken of a part.</summary>
    public string Method { get; } = method;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var last = DataFormat.ChannelsFirst.ToLast(x);
        if (!last.Shape[1..].IsKnown) throw new ShapeException($"the input has shape {x.Shape}. Expected known sizes.") { Actual = x.Shape };
        var levels = new Variable[PyramidHeight];
        for (var level = 0; level < levels.Length; level++)
        {
            var parts = 1 << level;
            int[] size = [.. Enumerable.Range(1, 2).Select(i => (int)((last.Shape[i] + parts - 1) / parts))], pad = [.. Enumerable.Range(0, 2).Select(i => (int)(((long)size[i] * parts - last.Shape[i + 1] + 1) / 2))];
            var pooled = DataFormat.ChannelsFirst.FromLast(CaffePooling.Pool(last, Method, size, size, pad, ceil: true));
            if (levels.Length == 1) return pooled;
            levels[level] = A.Reshape(pooled, [Dim.Any, pooled.Shape[1..].Elements]);
        }
        return A.Concat(levels, axis: 1);
    }
}
