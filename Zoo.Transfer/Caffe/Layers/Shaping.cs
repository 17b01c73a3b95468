using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>Another shape that does not keep the batch apart, as Keras' Reshape does.</summary>
/// <param name="targetShape">All sizes: 0 stands for that of the input at the same axis, one may be -1.</param>
[KerasObject(Package = "caffe")]
public sealed class WholeReshape(params long[] targetShape) : Layer
{
    /// <summary>All sizes.</summary>
    public long[] TargetShape { get; } = targetShape.Count(d => d == -1) <= 1 && targetShape.All(d => d >= -1) ? targetShape
        : throw new ArgumentException($"WholeReshape: [{string.Join(", ", targetShape)}] is no shape. Expected sizes from 0, one of which may be -1.");

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (TargetShape.Where((d, i) => d == 0 && i >= x.Shape.Rank).Any()) throw new ShapeException($"[{string.Join(", ", TargetShape)}] takes a size from an axis that {x.Shape} does not have. Expected 0 at axes of the input only.") { Actual = x.Shape };
        var sizes = TargetShape.Select((d, i) => d != 0 ? d : x.Shape[i]).ToArray();
        return sizes.Count(d => d < 0) <= 1 ? A.Reshape(x, Shape.Create(sizes)) : A.Reshape(x, A.Stack([.. TargetShape.Select((d, i) => d == 0 ? A.SizeOf(x, i) : A.Constant(d, DType.Int32))]));
    }
}

/// <summary>The axes in another order, the batch among them.</summary>
[KerasObject(Package = "caffe")]
public sealed class WholePermute(params int[] order) : Layer
{
    /// <summary>Which axis comes where; the batch is 0.</summary>
    public int[] Order { get; } = order;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Transpose(x, [.. Order.Select(axis => (long)axis)]);
}

/// <summary>Its input several times along an axis.</summary>
[KerasObject(Package = "caffe")]
public sealed class Tile(int axis, int tiles) : Layer
{
    /// <summary>The axis; the batch is 0.</summary>
    public int Axis { get; } = axis;

    /// <summary>How many times.</summary>
    public int Tiles { get; } = tiles > 0 ? tiles : throw new ArgumentException($"Tile: {tiles} tiles were asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var times = Enumerable.Repeat(1L, x.Shape.Rank).ToArray();
        times[x.Shape.Axis(Axis, "axis")] = Tiles;
        return A.Tile(x, times);
    }
}

/// <summary>Samples of its first input in the order that the second, numbers of samples, says.</summary>
[KerasObject(Package = "caffe")]
public sealed class BatchReindex : Layer
{
    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == 2 ? A.Gather(x[0], A.Cast(x[1], DType.Int32))
        : throw new ShapeException($"{x.Count} inputs were given. Expected two: samples, and their new order.");
}

/// <summary>Those samples of each input but the last for which the last, a number for each sample, is not 0.</summary>
[KerasObject(Package = "caffe")]
public sealed class Filter : Layer
{
    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count < 2 || x[^1].Shape[1..].Any(d => d != 1)) throw new ShapeException($"the inputs have shapes {string.Join(", ", x.Select(v => v.Shape))}. Expected samples, and behind them one number for each.");
        var chosen = A.NotEqual(A.Reshape(x[^1], [Dim.Any]), A.Constant(0, x[^1].DType));
        return x.Take(x.Count - 1).Select(v => A.BooleanMask(v, chosen)).ToArray();
    }
}

/// <summary>The windows of pictures [batch, channels, height, width], each laid along the channels: [batch, channels · window, places down, places across].</summary>
[KerasObject(Package = "caffe")]
public sealed class Im2col(int[] kernelSize, int[] strides, int[] pads, int[] dilation) : Layer
{
    /// <summary>The window's height and width.</summary>
    public int[] KernelSize { get; } = kernelSize;

    /// <summary>The steps.</summary>
    public int[] Strides { get; } = strides;

    /// <summary>The zeros before and after each axis.</summary>
    public int[] Pads { get; } = pads;

    /// <summary>The distance of a window's places.</summary>
    public int[] Dilation { get; } = dilation;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (x.Shape.Rank != 4 || x.Shape[1] < 0) throw new ShapeException($"the input has shape {x.Shape}. Expected 4 axes and known channels.") { Actual = x.Shape };
        var padded = A.Pad(DataFormat.ChannelsFirst.ToLast(x), [(0, 0), (Pads[0], Pads[0]), (Pads[1], Pads[1]), (0, 0)]);
        var patches = Autograd.Ops.PatchOps.ExtractImagePatches.Call([padded], ("ksizes", Around(KernelSize)), ("strides", Around(Strides)), ("rates", Around(Dilation)), ("padding", "VALID"));
        // A patch has its channels last; Caffe has them first.
        var (window, channels) = ((long)KernelSize[0] * KernelSize[1], x.Shape[1]);
        var apart = A.Reshape(patches, A.Stack([A.SizeOf(patches, 0), A.SizeOf(patches, 1), A.SizeOf(patches, 2), A.Constant(window, DType.Int32), A.Constant(channels, DType.Int32)]));
        var first = A.Transpose(apart, 0, 4, 3, 1, 2);
        return A.Reshape(first, A.Stack([A.SizeOf(first, 0), A.Constant(window * channels, DType.Int32), A.SizeOf(first, 3), A.SizeOf(first, 4)]));
    }

    static long[] Around(int[] sizes) => [1, sizes[0], sizes[1], 1];
}
