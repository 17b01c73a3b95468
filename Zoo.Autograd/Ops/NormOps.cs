using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Batch normalization over the last axis of pictures. Outputs: y, the batch's mean, its variance over n − 1; then what the gradient needs:
/// mean and variance over n (of inference: those given), and a place TensorFlow reserves for GPUs.
/// </summary>
internal static class NormOps
{
    internal static readonly Op FusedBatchNorm = new("FusedBatchNormV3",
        "x:T scale:U offset:U mean:U variance:U -> y:T batch_mean:U batch_variance:U reserve_space_1:U reserve_space_2:U reserve_space_3:U ; "
        + "T:float16|bfloat16|float32 U:bfloat16|float32 epsilon:float=0.0001 exponential_avg_factor:float=1 data_format:string=NHWC is_training:bool=true")
    {
        Shape = s =>
        {
            var channels = Channels(s, 0, 1, 2);
            var given = s.Flag("is_training") && s.Float("exponential_avg_factor") == 1 ? 1 : 3;   // mean and variance may be empty then
            if (given == 3) channels = Channels(s, 0, 1, 2, 3, 4);
            return [s[0], channels, channels, channels, channels, []];   // the last is for GPUs: a scalar without meaning on CPUs
        },
        Grads = (n, g) =>
        {
            if (g[1] is not null || g[2] is not null) throw new GraphException("Gradients: FusedBatchNormV3 has no gradient through its batch mean and variance. Stop the gradient there, or compute them with A.Moments.") { Node = n.Name };
            if (g[0] is not { } dy) return [null, null, null, null, null];
            var train = n.Flag("is_training");
            var back = FusedBatchNormGrad!.Call([dy, n[0], A.Cast(n[1], DType.Float32), train ? n.Outputs[3] : n[3], train ? n.Outputs[4] : n[4], n.Outputs[5]],
                Attrs.Of(("epsilon", n.Float("epsilon")), ("data_format", n.Text("data_format")), ("is_training", train)));
            return [back.Outputs[0], back.Outputs[1], back.Outputs[2], null, null];
        },
        Kernel = Forward,
    };

    internal static readonly Op FusedBatchNormGrad = new("FusedBatchNormGradV3",
        "y_backprop:T x:T scale:float32 reserve_space_1:U reserve_space_2:U reserve_space_3:U -> x_backprop:T scale_backprop:U offset_backprop:U reserve_space_4:U reserve_space_5:U ; "
        + "T:float16|bfloat16|float32 U:float32 epsilon:float=0.0001 data_format:string=NHWC is_training:bool=true")
    {
        Shape = s =>
        {
            var channels = Channels(s, 1, 2, 3, 4);
            return [s.Alike(0, 1), channels, channels, Shape.Unknown, Shape.Unknown];
        },
        Grads = SecondOrder,
        Kernel = Backward,
    };

    static Shape Channels(ShapeContext s, int x, params ReadOnlySpan<int> vectors)
    {
        s.Rank(x, 4);
        if (s.Text("data_format") != "NHWC") throw s.Fail($"data_format {s.Text("data_format")}", "Expected NHWC: graphs are channels last. Transpose at the border.");
        var channels = s[x].HasRank ? s[x][3] : Dim.Any;
        foreach (var v in vectors)
        {
            s.Rank(v, 1);
            if (s[v].HasRank) channels = s.Same(channels, s[v][0], "the channels");
        }
        return Shape.Create([channels]);
    }

    static Values Forward(Kernel k)
    {
        OnlySingle(k, 0);
        var (train, eps, factor) = (k.Node.Flag("is_training"), k.Node.Float("epsilon"), k.Node.Float("exponential_avg_factor"));
        var x = k.ChannelsFirst(k[0]);
        var (mean, variance) = (k[3], k[4]);
        if (k.Shape(0).Elements == 0)
        {
            var none = Enumerable.Range(0, 4).Select(_ => k.Host((_, to) => HostMemory.Span<float>(to[0], (int)k.OutShape(1)[0]).Fill(float.NaN), [], (k.OutShape(1), DType.Float32))[0]).ToArray();
            return new Value?[] { k[0], none[0], none[1], none[2], none[3], null };   // as TensorFlow
        }
        if (train)
        {
            var stats = k.CallMany("batch_norm_update_stats", 2, x, Arg.None, Arg.None, 0.0);
            (mean, variance) = (stats[0], stats[1]);
        }
        var y = k.CallMany("native_batch_norm", 3, x, Arg.Optional(k[1]), Arg.Optional(k[2]), Arg.Optional(mean), Arg.Optional(variance), false, 0.0, eps)[0];
        if (!train) return new Value?[] { k.ChannelsLast(y), mean, variance, mean, variance, null };
        var channels = k.OutShape(1);
        var n = k.Shape(0).Elements / Math.Max(1, channels[0]);
        var blend = factor != 1;
        Value[] read = blend ? [mean, variance, k[3], k[4]] : [mean, variance];
        var count = (int)channels[0];
        var given = k.Host((from, to) => Blend(from, to, count, n / (float)Math.Max(1, n - 1), (float)factor, blend), read, (channels, DType.Float32), (channels, DType.Float32));
        return new Value?[] { k.ChannelsLast(y), given[0], given[1], mean, variance, null };
    }

    /// <summary>The mean and the variance over n − 1, moved by a factor from the old ones.</summary>
    static void Blend(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to, int channels, float adjust, float factor, bool blend)
    {
        for (var i = 0; i < 2; i++)
        {
            Span<float> batch = HostMemory.Span<float>(from[i], channels), result = HostMemory.Span<float>(to[i], channels);
            for (var c = 0; c < channels; c++)
            {
                var value = i == 0 ? batch[c] : batch[c] * adjust;
                result[c] = blend ? value * factor + HostMemory.Span<float>(from[i + 2], channels)[c] * (1 - factor) : value;
            }
        }
    }

    static Values Backward(Kernel k)
    {
        OnlySingle(k, 1);
        var (train, eps, channels) = (k.Node.Flag("is_training"), k.Node.Float("epsilon"), (int)k.Shape(3).Elements);
        Arg mean = Arg.Optional(k[3]), variance = Arg.Optional(k[4]);
        var masks = new[] { true, true, true };
        Value[] back;
        if (train)
        {
            var inverse = k.Host((from, to) =>
            {
                Span<float> v = HostMemory.Span<float>(from[0], channels), r = HostMemory.Span<float>(to[0], channels);
                for (var c = 0; c < channels; c++) r[c] = 1 / MathF.Sqrt(v[c] + (float)eps);
            }, [k[4]], (k.Shape(4), DType.Float32))[0];
            back = k.CallMany("native_batch_norm_backward", 3, k.ChannelsFirst(k[0]), k.ChannelsFirst(k[1]), Arg.Optional(k[2]), Arg.None, Arg.None, mean, Arg.Optional(inverse), true, eps, masks);
        }
        else back = k.CallMany("native_batch_norm_backward", 3, k.ChannelsFirst(k[0]), k.ChannelsFirst(k[1]), Arg.Optional(k[2]), mean, variance, Arg.None, Arg.None, false, eps, masks);
        return new Value?[] { k.ChannelsLast(back[0]), back[1], back[2], null, null };
    }

    /// <summary>The gradient written in simple ops, differentiated once more. In training mean and variance are those of x.</summary>
    static Variable?[] SecondOrder(Node n, Variable?[] g)
    {
        var (dy, x, scale) = (n[0], n[1], n[2]);
        var train = n.Flag("is_training");
        int[] axes = [0, 1, 2];
        var (mean, variance) = train ? A.Moments(x, axes) : (n[3], n[4]);
        var inverse = A.Rsqrt(variance + n.Float("epsilon"));
        var hat = (x - mean) * inverse;
        var (offset, product) = (A.Sum(dy, axes), A.Sum(dy * hat, axes));
        var dx = train ? scale * inverse * (dy - A.Mean(dy, axes) - hat * A.Mean(dy * hat, axes)) : dy * scale * inverse;
        Variable[] results = [dx, product, offset];
        var asked = Enumerable.Range(0, 3).Where(i => g[i] is not null).ToArray();
        var found = Gradients.Of([.. asked.Select(i => results[i])], [dy, x, scale], [.. asked.Select(i => g[i]!)]);
        return [found[0], found[1], found[2], null, null, null];
    }

    static void OnlySingle(Kernel k, int input)
    {
        if (k.DType(input) != DType.Float32) throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for {k.DType(input).Name()}. Cast to float32 around it.");
    }
}
