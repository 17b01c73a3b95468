using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Pooling over windows of some spatial axes, channels last, with its gradients. Padding never wins a maximum and never counts in a mean.</summary>
internal sealed class PoolFamily
{
    readonly int rank;

    /// <param name="rank">The number of spatial axes.</param>
    /// <param name="suffix">What TensorFlow's names have for it.</param>
    /// <param name="types">The dtypes of the maxima.</param>
    internal PoolFamily(int rank, string suffix, string types)
    {
        this.rank = rank;
        var window = $"ksize:ints strides:ints padding:string data_format:string={Format}";
        var given = rank == 2 ? "explicit_paddings:ints=[]" : "";
        var (indexed, backward) = ($"max_pool{rank}d_with_indices", $"max_pool{rank}d_with_indices_backward");
        var (mean, meanBackward) = ($"avg_pool{rank}d", $"avg_pool{rank}d_backward");
        long[] ones = [.. Enumerable.Repeat(1L, rank)];

        Max = new($"MaxPool{suffix}", $"input:T -> output:T ; T:{types}{(rank == 2 ? "=float32" : "")} {window} {given}")
        {
            Shape = s => Output(s, s[0]),
            Grad = (n, g) => [MaxGrad!.Call([n[0], n.Out, g], n.Attrs).Out],
            Kernel = k => k.ChannelsLast(Largest(k)[0], rank),
        };
        MaxGrad = new($"MaxPool{suffix}Grad", rank == 2 ? $"orig_input:T orig_output:T grad:T -> output:T ; {window} {given} T:{types}=float32" : $"orig_input:TInput orig_output:TInput grad:T -> output:T ; {window} T:{types}=float32 TInput:{types}=float32")
        {
            Shape = s =>
            {
                foreach (var i in new[] { 1, 2 })
                    if (!Output(s, s[0]).Accepts(s[i])) throw s.Fail($"the pooled input has shape {Output(s, s[0])}", "Expected that shape of output and gradient.");
                return s[0];
            },
            Grad = (n, g) => [A.ZerosLike(n[0]), A.ZerosLike(n[1]), n.Text("padding") == "EXPLICIT" ? throw Explicit(n) : MaxGradGrad!.Call([n[0], n[1], g], n.Attrs.Without("explicit_paddings").Without("TInput")).Out],
            Kernel = k =>
            {
                k.Only(DType.Float32, DType.Float64);
                var w = new PoolWindow(k.Node, k.Shape(0));
                var at = Largest(k)[1];
                return k.ChannelsLast(w.Crop(k, k.Call(backward, k.ChannelsFirst(k[2], rank), w.Pad(k, k.ChannelsFirst(k[0], rank), 0), w.Size, w.Stride, w.Symmetric, ones, false, at)), rank);
            },
        };
        MaxGradGrad = new($"MaxPool{suffix}GradGrad", $"orig_input:T orig_output:T grad:T -> output:T ; {window} T:{types}")
        {
            Shape = s => Output(s, s.Alike(0, 0).Accepts(s[2]) ? s[0].Merge(s[2]) : throw s.Fail("input and gradient differ", "Expected equal shapes.")),
            Grad = (n, g) => [A.ZerosLike(n[0]), A.ZerosLike(n[1]), MaxGrad.Call([n[0], n[1], g], n.Attrs).Out],
            Kernel = k =>
            {
                var w = new PoolWindow(k.Node, k.Shape(0));
                var (from, to) = (w.Padded, k.OutShape());
                var flat = k.Reshape(w.Pad(k, k.ChannelsFirst(k[2], rank), 0), from[0], from[-1], Rows.Count(from.Dims[1..^1]));
                var at = k.Reshape(Largest(k)[1], to[0], to[-1], Rows.Count(to.Dims[1..^1]));
                return k.ChannelsLast(k.Reshape(k.Call("gather", flat, 2, at, false), [to[0], to[-1], .. to.Dims[1..^1]]), rank);
            },
        };
        Mean = new($"AvgPool{suffix}", $"{(rank == 2 ? "value" : "input")}:T -> output:T ; {window} T:float")
        {
            Shape = s => Output(s, s[0]),
            Grad = (n, g) => [MeanGrad!.Call([A.ShapeOf(n[0]), g], n.Attrs).Out],
            Kernel = k =>
            {
                var w = new PoolWindow(k.Node, k.Shape(0));
                var x = w.Pad(k, k.ChannelsFirst(Wide(k, k[0]), rank), 0);
                if (w.Even) return Narrow(k, k.ChannelsLast(k.Call(mean, x, w.Size, w.Stride, w.Symmetric, false, false, Arg.None), rank));
                var sums = k.Call(mean, x, w.Size, w.Stride, w.Symmetric, false, false, Arg.Optional(1));
                return Narrow(k, k.ChannelsLast(k.Call("mul.Tensor", sums, w.Shares(k, k.OutShape(), Inner(k))), rank));
            },
        };
        MeanGrad = new($"AvgPool{suffix}Grad", $"orig_input_shape:int32 grad:T -> output:T ; {window} T:float")
        {
            Shape = s =>
            {
                s.Vector(0, rank + 2);
                s.Rank(1, rank + 2);
                if (s.Value(0) is not { } sizes) return ShapeContext.OfRank(rank + 2);
                var input = Shape.Create(sizes);
                return Output(s, input).Accepts(s[1]) ? input : throw s.Fail($"the pooled input {input} has shape {Output(s, input)}", "Expected that shape of the gradient.");
            },
            Grad = (n, g) => [null, Mean.Call([g], n.Attrs).Out],
            Kernel = k =>
            {
                var w = new PoolWindow(k.Node, k.OutShape());
                var (g, like) = (k.ChannelsFirst(Wide(k, k[1]), rank), k.ChannelsFirst(k.Empty(w.Padded, Inner(k)), rank));
                if (w.Even) return Narrow(k, k.ChannelsLast(k.Call(meanBackward, g, like, w.Size, w.Stride, w.Symmetric, false, false, Arg.None), rank));
                var shared = k.Call("mul.Tensor", g, w.Shares(k, k.Shape(1), Inner(k)));
                return Narrow(k, k.ChannelsLast(w.Crop(k, k.Call(meanBackward, shared, like, w.Size, w.Stride, w.Symmetric, false, false, Arg.Optional(1))), rank));
            },
        };

        // The maxima and their places.
        Value[] Largest(Kernel k)
        {
            var w = new PoolWindow(k.Node, k.Shape(0));
            var least = k.DType() switch { DType.Int8 => sbyte.MinValue, DType.Int16 => short.MinValue, DType.Int32 => int.MinValue, DType.Int64 => long.MinValue, _ => double.NegativeInfinity };
            return k.CallMany(indexed, 2, w.Pad(k, k.ChannelsFirst(k[0], rank), least), w.Size, w.Stride, w.Symmetric, ones, false);
        }
    }

    internal Op Max { get; }
    internal Op MaxGrad { get; }
    internal Op MaxGradGrad { get; }
    internal Op Mean { get; }
    internal Op MeanGrad { get; }
    internal Op[] All => [Max, MaxGrad, MaxGradGrad, Mean, MeanGrad];

    string Format => rank == 2 ? "NHWC" : "NDHWC";

    internal Shape Output(ShapeContext s, Shape input) => Output(s, input, s.Ints("ksize"), s.Ints("strides"));

    internal Shape Output(ShapeContext s, Shape input, long[] size, long[] stride)
    {
        if (input.HasRank && input.Rank != rank + 2) throw s.Fail($"the input has rank {input.Rank}", $"Expected rank {rank + 2}: batch, {rank} spatial axes, channels.");
        if (s.Has("data_format") && s.Text("data_format") != Format) throw s.Fail($"data_format {s.Text("data_format")}", $"Expected {Format}: graphs are channels last. Transpose at the border.");
        var padding = s.Text("padding");
        if (Array.Exists([size, stride], w => w.Length != rank + 2 || w[0] != 1 || w[^1] != 1 || w.Any(x => x < 1)))
            throw s.Fail($"windows of [{string.Join(", ", size)}] in steps of [{string.Join(", ", stride)}]", $"Expected {rank + 2} positive sizes, 1 for batch and channels.");
        if (!input.HasRank) return ShapeContext.OfRank(rank + 2);
        var given = padding == "EXPLICIT" ? s.Ints("explicit_paddings") : new long[2 * rank + 4];
        var dims = input.ToArray();
        for (var i = 1; i <= rank; i++)
        {
            dims[i] = Windows.Count(input[i], size[i], stride[i], 1, padding, given[2 * i], given[2 * i + 1]);
            if (input[i] > 0 && dims[i] == 0) throw s.Fail($"the window of {size[i]} is larger than the picture at axis {i}", "Expected a smaller window, a larger picture, or padding SAME.");
        }
        return Shape.Create(dims);
    }

    /// <summary>The type in which means are computed: libtorch has none of half precision over three axes.</summary>
    DType Inner(Kernel k) => rank == 3 && k.OutDType().Size() == 2 ? DType.Float32 : k.OutDType();

    Value Wide(Kernel k, Value x) => Inner(k) == k.OutDType() ? x : k.Cast(x, Inner(k));

    Value Narrow(Kernel k, Value x) => Inner(k) == k.OutDType() ? x : k.Cast(x, k.OutDType());

    static GraphException Explicit(Node n) => new("Gradients: MaxPoolGrad with padding EXPLICIT has no gradient. Pad before with A.Pad and use padding VALID.") { Node = n.Name };
}
