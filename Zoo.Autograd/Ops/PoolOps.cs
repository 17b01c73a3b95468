using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Pooling over windows of pictures, channels last. Padding never wins a maximum and never counts in a mean.</summary>
internal static class PoolOps
{
    const string Attributes = "ksize:ints strides:ints padding:string";
    static readonly long[] one = [1, 1];

    internal static readonly Op MaxPool = new("MaxPool", $"input:T -> output:T ; T:signed=float32 {Attributes} explicit_paddings:ints=[] data_format:string=NHWC")
    {
        Shape = s => Output(s, s[0]),
        Grad = (n, g) => [MaxPoolGrad!.Call([n[0], n.Out, g], n.Attrs).Out],
        Kernel = k => k.ChannelsLast(Largest(k)[0]),
    };

    internal static readonly Op MaxPoolGrad = new("MaxPoolGrad", $"orig_input:T orig_output:T grad:T -> output:T ; {Attributes} explicit_paddings:ints=[] data_format:string=NHWC T:signed=float32")
    {
        Shape = s =>
        {
            foreach (var i in new[] { 1, 2 })
                if (!Output(s, s[0]).Accepts(s[i])) throw s.Fail($"the pooled input has shape {Output(s, s[0])}", "Expected that shape of output and gradient.");
            return s[0];
        },
        Grad = (n, g) => [A.ZerosLike(n[0]), A.ZerosLike(n[1]), n.Text("padding") == "EXPLICIT" ? throw Explicit(n) : MaxPoolGradGrad!.Call([n[0], n[1], g], n.Attrs.Without("explicit_paddings")).Out],
        Kernel = k =>
        {
            k.Only(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16);
            var w = new PoolWindow(k.Node, k.Shape(0));
            var at = Largest(k)[1];
            return k.ChannelsLast(w.Crop(k, k.Call("max_pool2d_with_indices_backward", k.ChannelsFirst(k[2]), w.Pad(k, k.ChannelsFirst(k[0]), 0), w.Size, w.Stride, w.Symmetric, one, false, at)));
        },
    };

    internal static readonly Op MaxPoolGradGrad = new("MaxPoolGradGrad", $"orig_input:T orig_output:T grad:T -> output:T ; {Attributes} data_format:string=NHWC T:signed")
    {
        Shape = s => Output(s, s.Alike(0, 0).Accepts(s[2]) ? s[0].Merge(s[2]) : throw s.Fail("input and gradient differ", "Expected equal shapes.")),
        Grad = (n, g) => [A.ZerosLike(n[0]), A.ZerosLike(n[1]), MaxPoolGrad.Call([n[0], n[1], g], n.Attrs).Out],
        Kernel = k =>
        {
            var w = new PoolWindow(k.Node, k.Shape(0));
            var (from, to) = (w.Padded, k.OutShape());
            var flat = k.Reshape(w.Pad(k, k.ChannelsFirst(k[2]), 0), from[0], from[3], from[1] * from[2]);
            var at = k.Reshape(Largest(k)[1], to[0], to[3], to[1] * to[2]);
            return k.ChannelsLast(k.Reshape(k.Call("gather", flat, 2, at, false), to[0], to[3], to[1], to[2]));
        },
    };

    internal static readonly Op AvgPool = new("AvgPool", $"value:T -> output:T ; {Attributes} data_format:string=NHWC T:float")
    {
        Shape = s => Output(s, s[0]),
        Grad = (n, g) => [AvgPoolGrad!.Call([A.ShapeOf(n[0]), g], n.Attrs).Out],
        Kernel = k =>
        {
            var w = new PoolWindow(k.Node, k.Shape(0));
            if (w.Even) return k.ChannelsLast(k.Call("avg_pool2d", k.ChannelsFirst(k[0]), w.Size, w.Stride, w.Symmetric, false, false, Arg.None));
            var sums = k.Call("avg_pool2d", w.Pad(k, k.ChannelsFirst(k[0]), 0), w.Size, w.Stride, w.Symmetric, false, false, Arg.Optional(1));
            return k.ChannelsLast(k.Call("mul.Tensor", sums, w.Shares(k, k.OutShape(), k.DType())));
        },
    };

    internal static readonly Op AvgPoolGrad = new("AvgPoolGrad", $"orig_input_shape:int32 grad:T -> output:T ; {Attributes} data_format:string=NHWC T:float")
    {
        Shape = s =>
        {
            s.Vector(0, 4);
            s.Rank(1, 4);
            if (s.Value(0) is not { } sizes) return ShapeContext.OfRank(4);
            var input = Shape.Create(sizes);
            return Output(s, input).Accepts(s[1]) ? input : throw s.Fail($"the pooled input {input} has shape {Output(s, input)}", "Expected that shape of the gradient.");
        },
        Grad = (n, g) => [null, AvgPool.Call([g], n.Attrs).Out],
        Kernel = k =>
        {
            var w = new PoolWindow(k.Node, k.OutShape());
            var like = k.ChannelsFirst(k.Empty(w.Padded, k.OutDType()));
            if (w.Even) return k.ChannelsLast(k.Call("avg_pool2d_backward", k.ChannelsFirst(k[1]), like, w.Size, w.Stride, w.Symmetric, false, false, Arg.None));
            var shared = k.Call("mul.Tensor", k.ChannelsFirst(k[1]), w.Shares(k, k.Shape(1), k.OutDType()));
            return k.ChannelsLast(w.Crop(k, k.Call("avg_pool2d_backward", shared, like, w.Size, w.Stride, w.Symmetric, false, false, Arg.Optional(1))));
        },
    };

    /// <summary>The maxima and their places.</summary>
    static Value[] Largest(Kernel k)
    {
        var w = new PoolWindow(k.Node, k.Shape(0));
        var least = k.DType() switch { DType.Int8 => sbyte.MinValue, DType.Int16 => short.MinValue, DType.Int32 => int.MinValue, DType.Int64 => long.MinValue, _ => double.NegativeInfinity };
        return k.CallMany("max_pool2d_with_indices", 2, w.Pad(k, k.ChannelsFirst(k[0]), least), w.Size, w.Stride, w.Symmetric, one, false);
    }

    internal static Shapes Output(ShapeContext s) => Output(s, s[0]);

    internal static Shape Output(ShapeContext s, Shape input)
    {
        if (input.HasRank && input.Rank != 4) throw s.Fail($"the pictures have rank {input.Rank}", "Expected rank 4: batch, height, width, channels.");
        if (s.Text("data_format") != "NHWC") throw s.Fail("data_format NCHW", "Expected NHWC: graphs are channels last. Transpose at the border.");
        var (size, stride, padding) = (s.Ints("ksize"), s.Ints("strides"), s.Text("padding"));
        if (size.Length != 4 || stride.Length != 4 || size[0] != 1 || size[3] != 1 || stride[0] != 1 || stride[3] != 1 || size.Any(x => x < 1) || stride.Any(x => x < 1))
            throw s.Fail($"windows of [{string.Join(", ", size)}] in steps of [{string.Join(", ", stride)}]", "Expected four positive sizes, 1 for batch and channels.");
        if (!input.HasRank) return ShapeContext.OfRank(4);
        var given = padding == "EXPLICIT" ? s.Ints("explicit_paddings") : new long[8];
        var dims = input.ToArray();
        for (var i = 1; i <= 2; i++)
        {
            dims[i] = Windows.Count(input[i], size[i], stride[i], 1, padding, given[2 * i], given[2 * i + 1]);
            if (input[i] > 0 && dims[i] == 0) throw s.Fail($"the window of {size[i]} is larger than the picture at axis {i}", "Expected a smaller window, a larger picture, or padding SAME.");
        }
        return Shape.Create(dims);
    }

    static GraphException Explicit(Node n) => new("Gradients: MaxPoolGrad with padding EXPLICIT has no gradient. Pad before with A.Pad and use padding VALID.") { Node = n.Name };

    internal static readonly Op[] All = [MaxPool, MaxPoolGrad, MaxPoolGradGrad, AvgPool, AvgPoolGrad];
}
