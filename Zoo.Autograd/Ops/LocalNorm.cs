using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Local response normalization: each element over (bias + alpha · sum of squares of the channels at most depth_radius away) to the power beta (Krizhevsky et al. 2012). TensorFlow
/// has it in no double precision: there compose it.
/// </summary>
internal static class LocalNorm
{
    const string Attributes = "depth_radius:int=5 bias:float=1 alpha:float=1 beta:float=0.5 T:float16|bfloat16|float32=float32";

    internal static readonly Op LRN = new("LRN", $"input:T -> output:T ; {Attributes}")
    {
        Shape = s => s.Rank(0, 4),
        Grad = (n, g) => [LRNGrad!.Call([g, n[0], n.Out], n.Attrs).Out],
        Kernel = k => Float(k, k.Host(Forward(k), [k.Cast(k[0], DType.Float32)], (k.OutShape(), DType.Float32))[0]),
    };

    internal static readonly Op LRNGrad = new("LRNGrad", $"input_grads:T input_image:T output_image:T -> output:T ; {Attributes}")
    {
        Shape = s =>
        {
            for (var i = 0; i < 3; i++) s.Rank(i, 4);
            return s.Alike(0, 2);
        },
        NoGradient = "TensorFlow has no second derivative of LRN",
        Kernel = k => Float(k, k.Host(Backward(k), [k.Cast(k[0], DType.Float32), k.Cast(k[1], DType.Float32), k.Cast(k[2], DType.Float32)], (k.OutShape(), DType.Float32))[0]),
    };

    static Value Float(Kernel k, Value x) => k.OutDType() == DType.Float32 ? x : k.Cast(x, k.OutDType());

    static HostKernel Forward(Kernel k) => (from, to) =>
    {
        var (count, depth) = ((int)k.OutShape().Elements, (int)k.OutShape()[3]);
        var norms = new float[depth];
        var beta = (float)k.Node.Float("beta");
        for (var start = 0; start < count; start += depth)
        {
            var row = HostMemory.Span<float>(from[0], count).Slice(start, depth);
            Norms(k.Node, row, norms);
            for (var c = 0; c < depth; c++) HostMemory.Span<float>(to[0], count)[start + c] = row[c] * MathF.Pow(norms[c], -beta);
        }
    };

    // y_i = x_i n_i^-b and n_i = bias + a·Σ x_j²: dx_j = g_j n_j^-b − 2ab x_j Σ_{i near j} g_i y_i / n_i
    static HostKernel Backward(Kernel k) => (from, to) =>
    {
        var (count, depth, radius) = ((int)k.OutShape().Elements, (int)k.OutShape()[3], (int)k.Node.Int("depth_radius"));
        var (alpha, beta) = ((float)k.Node.Float("alpha"), (float)k.Node.Float("beta"));
        var (norms, shares) = (new float[depth], new float[depth]);
        for (var start = 0; start < count; start += depth)
        {
            var g = HostMemory.Span<float>(from[0], count).Slice(start, depth);
            var x = HostMemory.Span<float>(from[1], count).Slice(start, depth);
            var y = HostMemory.Span<float>(from[2], count).Slice(start, depth);
            var result = HostMemory.Span<float>(to[0], count).Slice(start, depth);
            Norms(k.Node, x, norms);
            for (var c = 0; c < depth; c++) shares[c] = g[c] * y[c] / norms[c];
            for (var c = 0; c < depth; c++)
            {
                var sum = 0f;
                for (var i = Math.Max(0, c - radius); i <= Math.Min(depth - 1, c + radius); i++) sum += shares[i];
                result[c] = g[c] * MathF.Pow(norms[c], -beta) - 2 * alpha * beta * x[c] * sum;
            }
        }
    };

    static void Norms(Node n, ReadOnlySpan<float> row, float[] norms)
    {
        var (radius, bias, alpha) = ((int)n.Int("depth_radius"), (float)n.Float("bias"), (float)n.Float("alpha"));
        for (var c = 0; c < row.Length; c++)
        {
            var sum = 0f;
            for (var i = Math.Max(0, c - radius); i <= Math.Min(row.Length - 1, c + radius); i++) sum += row[i] * row[i];
            norms[c] = bias + alpha * sum;
        }
    }
}
