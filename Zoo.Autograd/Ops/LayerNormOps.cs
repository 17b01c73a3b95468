using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// (x - mean) / √(variance + epsilon), times a scale and plus an offset where they are given, over the last <c>axes</c> of x (Ba and others, 2016). Without <c>center</c> nothing is taken off and
/// the variance is the mean of x² (RMS, Zhang and Sennrich, 2019). The other results are what the gradient needs: the mean, 0 without <c>center</c>, and 1 / √(variance + epsilon).
/// </summary>
internal static class LayerNormOps
{
    internal static readonly Op LayerNorm = new("_LayerNorm", "x:T scale:S*T offset:O*T -> y:T mean:T inverse:T ; T:float32|float64 axes:int=1 epsilon:float=0.001 center:bool=true")
    {
        Shape = s =>
        {
            var (outer, inner) = Split(s, 0);
            for (var i = 1; i < s.Count; i++) Like(s, i, inner);
            return [s[0], outer, outer];
        },
        Kernel = LayerNormKernel.Forward,
        Body = (n, v) =>
        {
            var axes = Last(n);
            var (x, center, squeezed) = (v[0], n.Flag("center"), Array.ConvertAll(axes, a => (long)a));
            var (mean, variance) = center ? A.Moments(x, axes, keepDims: true) : (null, A.Mean(A.Square(x), axes, keepDims: true));
            var inverse = A.Rsqrt(variance + n.Float("epsilon"));
            var y = (mean is null ? x : x - mean) * inverse;
            if (n.Int("S") > 0) y *= v[1];
            if (n.Int("O") > 0) y += v[^1];
            inverse = A.Squeeze(inverse, squeezed);
            return [y, mean is null ? A.ZerosLike(inverse) : A.Squeeze(mean, squeezed), inverse];
        },
        Grads = (n, g) =>
        {
            if (g[0] is not { } dy || g[1] is not null || g[2] is not null) return RecurrentOps.OfBody(n, g);
            var scaled = (int)n.Int("S");
            var back = LayerNormGrad!.Call([dy, n[0], n.Outputs[1], n.Outputs[2], .. n.Inputs[1..(1 + scaled)]], Attrs.Of(("axes", n.Int("axes")), ("center", n.Flag("center")))).Outputs;
            return [back[0], .. scaled > 0 ? [back[1]] : Array.Empty<Variable>(), .. n.Int("O") > 0 ? [back[2]] : Array.Empty<Variable>()];
        },
    };

    /// <summary>The gradients for x, the scale and the offset.</summary>
    internal static readonly Op LayerNormGrad = new("_LayerNormGrad", "dy:T x:T mean:T inverse:T scale:S*T -> dx:T dscale:T doffset:T ; T:float32|float64 axes:int=1 center:bool=true")
    {
        Shape = s =>
        {
            var x = s.Alike(0, 1);
            var (outer, inner) = Split(s, x.HasRank && s[1].HasRank ? 1 : 0);
            for (var i = 2; i < 4; i++) Like(s, i, outer);
            for (var i = 4; i < s.Count; i++) Like(s, i, inner);
            return [x, inner, inner];
        },
        Kernel = LayerNormKernel.Backward,
        Body = (n, v) =>
        {
            var axes = Last(n);
            var (dy, x, inverse) = (v[0], v[1], Wide(v[3]));
            var hat = (n.Flag("center") ? x - Wide(v[2]) : x) * inverse;
            var g = n.Int("S") > 0 ? dy * v[4] : dy;
            var sum = g - hat * A.Mean(g * hat, axes, keepDims: true);
            if (n.Flag("center")) sum -= A.Mean(g, axes, keepDims: true);
            int[] outer = [.. Enumerable.Range(0, x.Shape.Rank - axes.Length)];
            return [sum * inverse, A.Sum(dy * hat, outer), A.Sum(dy, outer)];

            Variable Wide(Variable rows) => axes.Aggregate(rows, (y, _) => A.ExpandDims(y, -1));
        },
        Grads = RecurrentOps.OfBody,
    };

    static int[] Last(Node n) => [.. Enumerable.Range(1, (int)n.Int("axes")).Select(i => -i)];

    static (Shape Outer, Shape Inner) Split(ShapeContext s, int input)
    {
        var (x, axes) = (s[input], (int)s.Int("axes"));
        if (axes < 1 || x.HasRank && x.Rank < axes) throw s.Fail($"{axes} axes are normalised", $"Expected from 1 to {(x.HasRank ? x.Rank : "the rank of x")}.");
        return x.HasRank ? (x[..^axes], x[^axes..]) : (Shape.Unknown, ShapeContext.OfRank(axes));
    }

    static void Like(ShapeContext s, int input, Shape expected)
    {
        if (!expected.Accepts(s[input]) && !s[input].Accepts(expected)) throw s.Fail($"one input is {s[input]}", $"Expected {expected}.");
    }
}
