using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Pooling over windows of pictures, channels last.</summary>
internal static class PoolOps
{
    const string Attributes = "ksize:ints strides:ints padding:string";

    internal static readonly Op MaxPool = new("MaxPool", $"input:T -> output:T ; T:signed=float32 {Attributes} explicit_paddings:ints=[] data_format:string=NHWC")
    {
        Shape = Output,
        Grad = (n, g) => [MaxPoolGrad!.Call([n[0], n.Out, g], n.Attrs).Out],
        Kernel = k => k.ToNhwc(Forward(k)[0]),
    };

    internal static readonly Op MaxPoolGrad = new("MaxPoolGrad", $"orig_input:T orig_output:T grad:T -> output:T ; {Attributes} explicit_paddings:ints=[] data_format:string=NHWC T:signed=float32")
    {
        Shape = s => s[0],
        NoGradient = "the second derivative of max pooling is not built",
        Kernel = k =>
        {
            var (size, stride, pad) = Geometry(k);
            var at = Forward(k)[1];
            return k.ToNhwc(k.Call("max_pool2d_with_indices_backward", k.ToNchw(k[2]), k.ToNchw(k[0]), size, stride, pad, new long[] { 1, 1 }, false, at));
        },
    };

    internal static readonly Op AvgPool = new("AvgPool", $"value:T -> output:T ; {Attributes} data_format:string=NHWC T:float")
    {
        Shape = Output,
        Grad = (n, g) => [AvgPoolGrad!.Call([AutoGrad.ShapeOf(n[0]), g], n.Attrs).Out],
        Kernel = k =>
        {
            var (size, stride, pad) = Geometry(k);
            return k.ToNhwc(k.Call("avg_pool2d", k.ToNchw(k[0]), size, stride, pad, false, false, Arg.None));
        },
    };

    internal static readonly Op AvgPoolGrad = new("AvgPoolGrad", $"orig_input_shape:int32 grad:T -> output:T ; {Attributes} data_format:string=NHWC T:float")
    {
        Shape = s => s.Value(0) is { } sizes ? Shape.Create(sizes) : Shape.Create([Dim.Any, Dim.Any, Dim.Any, Dim.Any]),
        Grad = (n, g) => [null, AvgPool.Call([g], n.Attrs).Out],
        Kernel = k =>
        {
            var (size, stride, pad) = Geometry(k, k.OutShape());
            return k.ToNhwc(k.Call("avg_pool2d_backward", k.ToNchw(k[1]), k.ToNchw(k.Empty(k.OutShape(), k.OutDType())), size, stride, pad, false, false, Arg.None));
        },
    };

    static Value[] Forward(Kernel k)
    {
        var (size, stride, pad) = Geometry(k);
        return k.CallMany("max_pool2d_with_indices", 2, k.ToNchw(k[0]), size, stride, pad, new long[] { 1, 1 }, false);
    }

    static (long[] Size, long[] Stride, long[] Pad) Geometry(Kernel k, Shape? input = null)
    {
        input ??= k.Shape(0);
        var (size, stride) = (k.Node.Ints("ksize"), k.Node.Ints("strides"));
        var pad = new long[2];
        for (var i = 1; i <= 2; i++)
        {
            var (before, after) = Windows.Padding(input[i], size[i], stride[i], 1, k.Node.Text("padding"), 0, 0);
            if (before != after)
                throw new GraphException($"{k.Node.Op.Name}: padding SAME of {input} by windows of {size[i]} is uneven, which the embedded engine cannot do yet. Use sizes that divide, or padding VALID.");
            pad[i - 1] = before;
        }
        return ([size[1], size[2]], [stride[1], stride[2]], pad);
    }

    internal static Shapes Output(ShapeContext s)
    {
        s.Rank(0, 4);
        if (s.Text("data_format") != "NHWC") throw s.Fail("data_format NCHW", "Expected NHWC: graphs are channels last. Transpose at the border.");
        if (!s[0].HasRank) return Shape.Unknown;
        var dims = s[0].ToArray();
        for (var i = 1; i <= 2; i++)
        {
            dims[i] = Windows.Count(s[0][i], s.Ints("ksize")[i], s.Ints("strides")[i], 1, s.Text("padding"), 0, 0);
            if (s[0][i] >= 0 && dims[i] <= 0) throw s.Fail($"the window of {s.Ints("ksize")[i]} is larger than the picture at axis {i}", "Expected a smaller window, a larger picture, or padding SAME.");
        }
        return Shape.Create(dims);
    }

    internal static readonly Op[] All = [MaxPool, MaxPoolGrad, AvgPool, AvgPoolGrad];
}
