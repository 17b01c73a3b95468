using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The geometry of a pooling for ATen, which pads both sides alike and by half a window at most: anything else is padded by hand.</summary>
internal sealed class PoolWindow
{
    readonly long[] before = new long[2], after = new long[2];
    readonly Shape input;

    internal PoolWindow(Node n, Shape input)
    {
        this.input = input;
        var (size, stride) = (n.Ints("ksize"), n.Ints("strides"));
        (Size, Stride) = ([size[1], size[2]], [stride[1], stride[2]]);
        var given = n.Text("padding") == "EXPLICIT" ? n.Ints("explicit_paddings") : new long[8];
        for (var i = 0; i < 2; i++)
            (before[i], after[i]) = Windows.Padding(input[i + 1], Size[i], Stride[i], 1, n.Text("padding"), given[2 * i + 2], given[2 * i + 3]);
        Even = before.AsSpan().SequenceEqual(after) && before[0] <= Size[0] / 2 && before[1] <= Size[1] / 2;
        Symmetric = Even ? before : [0, 0];
    }

    internal long[] Size { get; }
    internal long[] Stride { get; }
    internal long[] Symmetric { get; }
    internal bool Even { get; }

    /// <summary>The NCHW input with a padding that ATen cannot do added.</summary>
    internal Value Pad(Kernel k, Value nchw, double value) => Even ? nchw
        : k.Call("pad", nchw, new[] { before[1], after[1], before[0], after[0] }, "constant", Arg.Optional(value));

    /// <summary>What <see cref="Pad"/> added, cut off again.</summary>
    internal Value Crop(Kernel k, Value nchw) => Even ? nchw
        : k.Call("pad", nchw, new[] { -before[1], -after[1], -before[0], -after[0] }, "constant", Arg.None);

    /// <summary>The padded input's shape, NHWC.</summary>
    internal Shape Padded => Even ? input : input.With(1, input[1] + before[0] + after[0]).With(2, input[2] + before[1] + after[1]);

    /// <summary>1 over the number of elements that each window has within the picture: [1, 1, height, width].</summary>
    internal Value Shares(Kernel k, Shape output, DType dtype)
    {
        int height = (int)output[1], width = (int)output[2];
        if (dtype.Size() == 2) return k.Call("to.dtype", Shares(k, output, DType.Float32), dtype, false, false, Arg.None);
        return k.Host((_, to) =>
        {
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                {
                    var share = 1.0 / (Inside(0, y) * Inside(1, x));
                    if (dtype == DType.Float32) HostMemory.Span<float>(to[0], height * width)[y * width + x] = (float)share;
                    else HostMemory.Span<double>(to[0], height * width)[y * width + x] = share;
                }
        }, [], ([1, 1, height, width], dtype))[0];
    }

    long Inside(int axis, int window)
    {
        var first = window * Stride[axis] - before[axis];
        return Math.Min(first + Size[axis], input[axis + 1]) - Math.Max(0, first);
    }
}
