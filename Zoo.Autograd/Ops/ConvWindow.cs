using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// The geometry of a convolution over any number of spatial axes for ATen: channels first, filters [out, in, …], and the same padding on both sides: an odd remainder is padded by
/// hand. A depthwise filter […, channels, multiplier] is one with a group for each channel.
/// </summary>
internal sealed class ConvWindow
{
    readonly long[] before, after;
    readonly Shape filter;
    readonly bool depthwise;

    internal ConvWindow(Node n, Shape input, Shape filter, bool depthwise = false)
    {
        (this.filter, this.depthwise, Rank) = (filter, depthwise, input.Rank - 2);
        Strides = n.Ints("strides")[1..^1];
        Dilations = n.Ints("dilations")[1..^1];
        Groups = input[-1] / (depthwise ? 1 : filter[Rank]);
        (before, after) = (new long[Rank], new long[Rank]);
        var given = n.Text("padding") == "EXPLICIT" ? n.Ints("explicit_paddings") : new long[2 * input.Rank];
        for (var i = 0; i < Rank; i++)
            (before[i], after[i]) = Windows.Padding(input[i + 1], filter[i], Strides[i], Dilations[i], n.Text("padding"), given[2 * i + 2], given[2 * i + 3]);
        Even = before.AsSpan().SequenceEqual(after);
        Symmetric = Even ? before : new long[Rank];
    }

    /// <summary>The number of spatial axes.</summary>
    internal int Rank { get; }
    internal long[] Strides { get; }
    internal long[] Dilations { get; }
    internal long Groups { get; }
    internal long[] Symmetric { get; }
    internal long[] Before => before;
    internal long[] After => after;
    internal long[] Zeros => new long[Rank];
    bool Even { get; }

    /// <summary>Channels-last memory seen channels first.</summary>
    internal Value First(Kernel k, Value x) => k.ChannelsFirst(x, Rank);

    /// <summary>The way back.</summary>
    internal Value Last(Kernel k, Value x) => k.ChannelsLast(x, Rank);

    /// <summary>A filter […, in, out] seen as [out, in, …].</summary>
    internal Value Filter(Kernel k, Value x)
    {
        if (depthwise) x = k.Reshape(x, [.. filter.Dims[..Rank], 1, filter[Rank] * filter[Rank + 1]]);
        return k.Permute(x, [Rank + 1, Rank, .. Enumerable.Range(0, Rank)]);
    }

    /// <summary>The way back.</summary>
    internal Value FilterBack(Kernel k, Value x)
    {
        var last = k.Permute(x, [.. Enumerable.Range(2, Rank), 1, 0]);
        return depthwise ? k.Reshape(last, filter.Dims) : last;
    }

    /// <summary>The channels-first input with an uneven padding added.</summary>
    internal Value Pad(Kernel k, Value x) => Even ? x : k.Call("pad", x, Widths(1), "constant", Arg.None);

    /// <summary>The spatial sizes of an input after <see cref="Pad"/>.</summary>
    internal long[] Padded(Shape input) => [.. Enumerable.Range(0, Rank).Select(i => Even ? input[i + 1] : input[i + 1] + before[i] + after[i])];

    /// <summary>What <see cref="Pad"/> added, cut off again.</summary>
    internal Value Crop(Kernel k, Value x) => Even ? x : k.Call("pad", x, Widths(-1), "constant", Arg.None);

    // ATen counts axes from the last.
    long[] Widths(int sign) => [.. Enumerable.Range(1, Rank).SelectMany(i => new[] { sign * before[^i], sign * after[^i] })];
}
