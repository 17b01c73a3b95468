using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The geometry of a convolution for ATen, which pads both sides alike: an odd remainder is padded by hand.</summary>
internal sealed class Window2D
{
    readonly long[] before = new long[2], after = new long[2];

    internal Window2D(Node n, Shape input, Shape filter)
    {
        var (strides, dilations) = (n.Ints("strides"), n.Ints("dilations"));
        Strides = [strides[1], strides[2]];
        Dilations = [dilations[1], dilations[2]];
        Groups = input[3] / filter[2];
        var given = n.Text("padding") == "EXPLICIT" ? n.Ints("explicit_paddings") : new long[8];
        for (var i = 0; i < 2; i++)
            (before[i], after[i]) = Windows.Padding(input[i + 1], filter[i], Strides[i], Dilations[i], n.Text("padding"), given[2 * i + 2], given[2 * i + 3]);
        Even = before.AsSpan().SequenceEqual(after);
        Symmetric = Even ? before : [0, 0];
    }

    internal long[] Strides { get; }
    internal long[] Dilations { get; }
    internal long Groups { get; }
    internal long[] Symmetric { get; }
    bool Even { get; }

    /// <summary>The NCHW input with an uneven padding added.</summary>
    internal Value Pad(Kernel k, Value nchw) => Even ? nchw
        : k.Call("pad", nchw, new[] { before[1], after[1], before[0], after[0] }, "constant", Arg.None);

    /// <summary>What <see cref="Pad"/> added, cut off again.</summary>
    internal Value Crop(Kernel k, Value nchw) => Even ? nchw
        : k.Call("pad", nchw, new[] { -before[1], -after[1], -before[0], -after[0] }, "constant", Arg.None);
}
