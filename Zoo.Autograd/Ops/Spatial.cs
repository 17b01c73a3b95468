using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Convolutions and poolings over one to three spatial axes, channels last, in TensorFlow's ops, which have two or three: one axis is a picture of height 1. Steps and
/// dilations have a number for each spatial axis.
/// </summary>
internal static class Spatial
{
    /// <summary>A convolution with a filter [spatial…, in, out]; groups follow from the channels.</summary>
    internal static Variable Conv(Variable x, Variable filter, long[] strides, string padding, long[] dilations) =>
        Flat(x, (ConvOps.Three.Forward, ConvOps.Two.Forward), filter, strides, padding, dilations);

    /// <summary>A convolution of each channel with filters [spatial…, in, multiplier] of its own, over one axis or two.</summary>
    internal static Variable Depthwise(Variable x, Variable filter, long[] strides, string padding, long[] dilations) =>
        Flat(x, (ConvOps.EachChannel.Forward, ConvOps.EachChannel.Forward), filter, strides, padding, dilations);

    /// <summary>What a convolution with the filter [spatial…, out, in] gives back to an input of the given spatial sizes: a transposed convolution.</summary>
    internal static Variable ConvTranspose(Variable x, Variable filter, Variable[] sizes, long[] strides, string padding, long[] dilations)
    {
        var one = sizes.Length == 1;
        Variable[] shape = [A.SizeOf(x, 0), .. one ? [A.Constant(1, DType.Int32)] : Array.Empty<Variable>(), .. sizes, A.Constant(filter.Shape[^2], DType.Int32)];
        var op = sizes.Length == 3 ? ConvOps.Three.BackpropInput : ConvOps.Two.BackpropInput;
        var y = op.Call([A.Stack(shape), one ? A.ExpandDims(filter, 0) : filter, one ? A.ExpandDims(x, 1) : x], Attributes(strides, padding, dilations));
        return one ? A.Squeeze(y, 1) : y;
    }

    /// <summary>The largest, or the mean, of each window.</summary>
    internal static Variable Pool(Variable x, bool max, long[] size, long[] strides, string padding)
    {
        // TensorFlow's maxima over three axes know no float64: then over two of them, and over the third.
        if (max && size.Length == 3 && x.DType == DType.Float64)
        {
            var planes = Pool(A.Reshape(x, A.Stack([A.Constant(-1, DType.Int32), .. Sizes(x, 2, 3, 4)])), max, size[1..], strides[1..], padding);
            var columns = A.Reshape(planes, A.Stack([.. Sizes(x, 0, 1), A.SizeOf(planes, 1) * A.SizeOf(planes, 2), A.SizeOf(planes, 3)]));
            var pooled = Pool(columns, max, [size[0], 1], [strides[0], 1], padding);
            return A.Reshape(pooled, A.Stack([.. Sizes(pooled, 0, 1), .. Sizes(planes, 1, 2, 3)]));
        }
        var family = size.Length == 3 ? PoolOps.Three : PoolOps.Two;
        var one = size.Length == 1;
        var y = (max ? family.Max : family.Mean).Call([one ? A.ExpandDims(x, 1) : x], ("ksize", Around(size, 1)), ("strides", Around(strides, 1)), ("padding", padding));
        return one ? A.Squeeze(y, 1) : y;
    }

    /// <summary>
    /// The largest, or the mean, of windows that share an axis evenly among a number of results: result i sees the entries from ⌊i·size/count⌋ up to ⌈(i+1)·size/count⌉.
    /// </summary>
    internal static Variable AdaptivePool(Variable x, bool max, int axis, int count)
    {
        var size = (int)x.Shape[axis];
        var (first, last) = (Enumerable.Range(0, count).Select(i => i * size / count).ToArray(), Enumerable.Range(0, count).Select(i => ((i + 1) * size + count - 1) / count).ToArray());
        var widest = first.Zip(last, (a, b) => b - a).Max();
        int[,] places = new int[count, widest];
        double[] weights = new double[count * widest];
        for (var i = 0; i < count; i++)
            for (var j = 0; j < widest; j++)
            {
                places[i, j] = Math.Min(first[i] + j, last[i] - 1);   // a narrower window has its last entry again
                weights[i * widest + j] = first[i] + j < last[i] ? 1.0 / (last[i] - first[i]) : 0;
            }
        var windows = A.Gather(x, A.Constant(NDArray.From(places)), axis);
        if (max) return A.Max(windows, axis + 1);
        long[] along = [.. Enumerable.Range(0, x.Shape.Rank + 1).Select(i => i == axis ? count : i == axis + 1 ? widest : 1L)];
        return A.Sum(windows * A.Constant(NDArray.From(weights).Cast(x.DType).Reshape(Shape.Create(along))), axis + 1);
    }

    /// <summary>Each entry of some axes repeated a number of times.</summary>
    internal static Variable Repeat(Variable x, int firstAxis, long[] times)
    {
        var (wide, rank) = (x, x.Shape.Rank);
        for (var i = times.Length - 1; i >= 0; i--) wide = A.ExpandDims(wide, firstAxis + i + 1);
        var tiled = A.Tile(wide, [.. Enumerable.Repeat(1L, firstAxis), .. times.SelectMany(t => new[] { 1, t }), .. Enumerable.Repeat(1L, rank - firstAxis - times.Length)]);
        var sizes = Enumerable.Range(0, rank).Select(axis => axis - firstAxis is >= 0 and var i && i < times.Length ? A.SizeOf(x, axis) * (int)times[i] : A.SizeOf(x, axis));
        return A.Reshape(tiled, A.Stack([.. sizes]));
    }

    static Variable[] Sizes(Variable x, params int[] axes) => Array.ConvertAll(axes, axis => A.SizeOf(x, axis));

    static Variable Flat(Variable x, (Op Three, Op Two) ops, Variable filter, long[] strides, string padding, long[] dilations) => strides.Length switch
    {
        1 => A.Squeeze(ops.Two.Call([A.ExpandDims(x, 1), A.ExpandDims(filter, 0)], Attributes(strides, padding, dilations)), 1),
        2 => ops.Two.Call([x, filter], Attributes(strides, padding, dilations)),
        _ => ops.Three.Call([x, filter], Attributes(strides, padding, dilations)),
    };

    static (string, object)[] Attributes(long[] strides, string padding, long[] dilations) =>
        [("strides", Around(strides, strides[0])), ("padding", padding), ("dilations", Around(dilations, 1))];

    /// <summary>Numbers for batch and channels around, and one for the height of 1.</summary>
    internal static long[] Around(long[] values, long height) => [1, .. values.Length == 1 ? [height] : Array.Empty<long>(), .. values, 1];
}
