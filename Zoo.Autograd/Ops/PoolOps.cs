using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

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
        Simplify = n => Widths(n, n[0].Shape) is { } widths ? MaxPool!.Call([A.Pad(n[0], widths, Lowest(n))], Valid(n)).Out : null,
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
        Simplify = n => Widths(n, n[0].Shape) is { } widths ? Crop(MaxPoolGrad!.Call([A.Pad(n[0], widths, Lowest(n)), n[1], n[2]], Valid(n)).Out, widths, n[0].Shape) : null,
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
        Simplify = n => Widths(n, n[0].Shape) is { } widths ? AvgPool!.Call([A.Pad(n[0], widths)], Valid(n)).Out * Share(n, n[0].Shape) : null,
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
        Simplify = n => Widths(n, n.Out.Shape) is { } widths
            ? Crop(AvgPoolGrad!.Call([A.Constant(NDArray.From(Padded(n.Out.Shape, widths))), n[1] * Share(n, n.Out.Shape)], Valid(n)).Out, widths, n.Out.Shape) : null,
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
            var (before, _) = Windows.Padding(input[i], size[i], stride[i], 1, k.Node.Text("padding"), 0, 0);   // even: Simplify saw to it
            pad[i - 1] = before;
        }
        return ([size[1], size[2]], [stride[1], stride[2]], pad);
    }

    /// <summary>The padding of SAME where it is more after than before, which ATen's pooling does not know: then the picture is padded first. Else null.</summary>
    static (int Before, int After)[]? Widths(Node n, Shape picture)
    {
        if (n.Text("padding") != "SAME" || !picture.IsKnown) return null;
        var (size, stride) = (n.Ints("ksize"), n.Ints("strides"));
        var widths = new (int Before, int After)[4];
        for (var i = 1; i <= 2; i++)
        {
            var (before, after) = Windows.Padding(picture[i], size[i], stride[i], 1, "SAME", 0, 0);
            widths[i] = ((int)before, (int)after);
        }
        // (ATen also refuses a padding of more than half the window.)
        return Array.Exists([1, 2], i => widths[i].Before != widths[i].After || widths[i].Before * 2 > size[i]) ? widths : null;
    }

    static Attrs Valid(Node n) => n.Attrs.With("padding", "VALID");

    static double Lowest(Node n) => n[0].DType switch { DType.Int8 => sbyte.MinValue, DType.Int16 => short.MinValue, DType.Int32 => int.MinValue, DType.Int64 => long.MinValue, DType.UInt8 or DType.UInt16 => 0, _ => double.NegativeInfinity };

    static int[] Padded(Shape shape, (int Before, int After)[] widths) => [.. shape.Select((d, i) => (int)d + widths[i].Before + widths[i].After)];

    static Variable Crop(Variable x, (int Before, int After)[] widths, Shape shape) => A.Slice(x, [.. widths.Select(w => (long)w.Before)], shape.ToArray());

    /// <summary>Window sizes over how much of each window lies in the picture: padding does not count in a mean.</summary>
    static Variable Share(Node n, Shape picture)
    {
        var (size, stride) = (n.Ints("ksize"), n.Ints("strides"));
        var inside = new double[2][];
        for (var i = 1; i <= 2; i++)
        {
            var (before, _) = Windows.Padding(picture[i], size[i], stride[i], 1, "SAME", 0, 0);
            inside[i - 1] = [.. Enumerable.Range(0, (int)Windows.Count(picture[i], size[i], stride[i], 1, "SAME", 0, 0))
                .Select(w => w * stride[i] - before).Select(from => (double)(Math.Min(from + size[i], picture[i]) - Math.Max(from, 0)))];
        }
        var share = NDArray.Zeros([1, inside[0].Length, inside[1].Length, 1], n.Out.DType);
        for (var i = 0; i < share.Count; i++) share.SetNumber(i, size[1] * size[2] / (inside[0][i / inside[1].Length] * inside[1][i % inside[1].Length]));
        return A.Constant(share);
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
