using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The geometry of a pooling for ATen, which pads both sides alike and by half a window at most: anything else is padded by hand.</summary>
internal sealed class PoolWindow
{
    readonly long[] before, after;
    readonly Shape input;
    readonly int rank;

    internal PoolWindow(Node n, Shape input)
    {
        (this.input, rank) = (input, input.Rank - 2);
        (Size, Stride) = (n.Ints("ksize")[1..^1], n.Ints("strides")[1..^1]);
        (before, after) = (new long[rank], new long[rank]);
        var given = n.Text("padding") == "EXPLICIT" ? n.Ints("explicit_paddings") : new long[2 * input.Rank];
        for (var i = 0; i < rank; i++)
            (before[i], after[i]) = Windows.Padding(input[i + 1], Size[i], Stride[i], 1, n.Text("padding"), given[2 * i + 2], given[2 * i + 3]);
        Even = before.AsSpan().SequenceEqual(after) && before.Zip(Size).All(p => p.First <= p.Second / 2);
        Symmetric = Even ? before : new long[rank];
    }

    internal long[] Size { get; }
    internal long[] Stride { get; }
    internal long[] Symmetric { get; }
    internal bool Even { get; }

    /// <summary>The channels-first input with a padding that ATen cannot do added.</summary>
    internal Value Pad(Kernel k, Value x, double value) => Even ? x : k.Call("pad", x, Widths(1), "constant", Arg.Optional(value));

    /// <summary>What <see cref="Pad"/> added, cut off again.</summary>
    internal Value Crop(Kernel k, Value x) => Even ? x : k.Call("pad", x, Widths(-1), "constant", Arg.None);

    // ATen counts axes from the last.
    long[] Widths(int sign) => [.. Enumerable.Range(1, rank).SelectMany(i => new[] { sign * before[^i], sign * after[^i] })];

    /// <summary>The padded input's shape, channels last.</summary>
    internal Shape Padded => Even ? input : Shape.Create([input[0], .. Enumerable.Range(0, rank).Select(i => input[i + 1] + before[i] + after[i]), input[-1]]);

    /// <summary>1 over the number of elements that each window has within the input: [1, 1, spatial…].</summary>
    internal Value Shares(Kernel k, Shape output, DType dtype)
    {
        if (dtype.Size() == 2) return k.Cast(Shares(k, output, DType.Float32), dtype);
        long[] places = output.Dims[1..^1].ToArray();
        return k.Host((_, to) =>
        {
            var count = (int)Rows.Count(places);
            for (var i = 0; i < count; i++)
            {
                var (share, rest) = (1.0, i);
                for (var axis = rank - 1; axis >= 0; axis--)
                {
                    share /= Inside(axis, rest % (int)places[axis]);
                    rest /= (int)places[axis];
                }
                if (dtype == DType.Float32) HostMemory.Span<float>(to[0], count)[i] = (float)share;
                else HostMemory.Span<double>(to[0], count)[i] = share;
            }
        }, [], (Shape.Create([1, 1, .. places]), dtype))[0];
    }

    long Inside(int axis, int window)
    {
        var first = window * Stride[axis] - before[axis];
        return Math.Min(first + Size[axis], input[axis + 1]) - Math.Max(0, first);
    }
}
