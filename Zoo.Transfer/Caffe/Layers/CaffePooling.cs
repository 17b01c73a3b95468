using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Pooling of pictures [batch, channels, height, width] by Caffe's rules, where no layer of Keras has the same windows: their number is rounded up, and a mean counts the padding.
/// </summary>
/// <param name="method"><c>max</c>, <c>average</c>, or <c>stochastic</c>: the expected value of an element drawn with a probability proportional to itself.</param>
/// <param name="poolSize">The window's height and width.</param>
/// <param name="strides">The steps.</param>
/// <param name="pads">The zeros (of a maximum: nothing) before and after each axis.</param>
[KerasObject(Package = "caffe")]
public sealed class CaffePooling(string method, int[] poolSize, int[] strides, int[] pads) : Layer
{
    /// <summary>What is taken of a window.</summary>
    public string Method { get; } = method is "max" or "average" or "stochastic" ? method : throw new ArgumentException($"CaffePooling: the method '{method}' is not known. Expected max, average or stochastic.");

    /// <summary>The window's height and width.</summary>
    public int[] PoolSize { get; } = poolSize;

    /// <summary>The steps along height and width.</summary>
    public int[] Strides { get; } = strides;

    /// <summary>The padding of height and width.</summary>
    public int[] Pads { get; } = pads;

    /// <summary>Whether the number of windows is rounded up, Caffe's rule, or down.</summary>
    public bool Ceil { get; init; } = true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => DataFormat.ChannelsFirst.FromLast(Pool(DataFormat.ChannelsFirst.ToLast(x), Method, PoolSize, Strides, Pads, Ceil));

    /// <summary>The same over pictures whose channels come last.</summary>
    internal static Variable Pool(Variable x, string method, int[] size, int[] stride, int[] pad, bool ceil)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"the input has {x.Shape.Rank} axes. Expected 4: batch, channels, height, width.") { Actual = x.Shape };
        var windows = Enumerable.Range(0, 2).Select(i => CaffeWindows.Of(x.Shape[i + 1], size[i], stride[i], pad[i], ceil)).ToArray();
        var max = method == "max";
        if (pad.Any(p => p > 0) || windows.Any(w => w.After > 0))
            x = A.Pad(x, [(0, 0), (pad[0], (int)windows[0].After), (pad[1], (int)windows[1].After), (0, 0)], max ? float.MinValue : 0);
        var (longs, steps) = (Array.ConvertAll(size, v => (long)v), Array.ConvertAll(stride, v => (long)v));
        if (method == "stochastic") return A.DivNoNan(Spatial.Pool(A.Square(x), false, longs, steps, "VALID"), Spatial.Pool(x, false, longs, steps, "VALID"));
        var y = Spatial.Pool(x, max, longs, steps, "VALID");
        if (max) return y;
        // The mean is over whole windows: those that reach beyond the padding have less.
        for (var i = 0; i < 2; i++)
        {
            var places = CaffeWindows.Sizes(windows[i], x.Shape[i + 1] - pad[i] - windows[i].After, size[i], stride[i], pad[i]);
            if (places.Any(p => p != size[i])) y *= A.Constant(NDArray.From(Array.ConvertAll(places, p => size[i] / p), i == 0 ? [1, windows[0].Count, 1, 1] : [1, 1, windows[1].Count, 1]));
        }
        return y;
    }
}
