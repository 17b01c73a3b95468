using Google.Protobuf.Collections;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>The window of a convolution, which Caffe writes once for all axes, once for each, or as height and width.</summary>
sealed class CaffeWindow
{
    // Larger windows make no picture and overflow sums of sizes.
    const uint Largest = 1 << 20;

    public CaffeWindow(ConvolutionParameter p, int axes)
    {
        Kernel = Each("kernel", p.KernelSize, p.HasKernelH || p.HasKernelW, p.KernelH, p.KernelW, axes, null, least: 1);
        Stride = Each("stride", p.Stride, p.HasStrideH || p.HasStrideW, p.StrideH, p.StrideW, axes, 1, least: 1);
        Pad = Each("pad", p.Pad, p.HasPadH || p.HasPadW, p.PadH, p.PadW, axes, 0, least: 0);
        Dilation = Each("dilation", p.Dilation, false, 0, 0, axes, 1, least: 1);
    }

    public int[] Kernel { get; }

    public int[] Stride { get; }

    public int[] Pad { get; }

    public int[] Dilation { get; }

    static int[] Each(string what, RepeatedField<uint> values, bool apart, uint height, uint width, int axes, uint? fallback, uint least)
    {
        uint[] all = apart && values.Count == 0 && axes == 2 ? [height, width] : values.Count switch
        {
            0 => fallback is { } same ? [.. Enumerable.Repeat(same, axes)] : throw new GraphException($"its {what} is missing"),
            1 => [.. Enumerable.Repeat(values[0], axes)],
            var n when n == axes => [.. values],
            _ => throw new GraphException($"its {what} has {values.Count} numbers. Expected 1 or {axes}"),
        };
        return all.All(v => v >= least && v <= Largest) ? [.. all.Select(v => (int)v)] : throw new GraphException($"its {what} is ({string.Join(", ", all)}). Expected numbers from {least} to {Largest}");
    }
}
