using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Attention (Vaswani and others, 2017): softmax(scale · query · keyᵀ) · value over query [batch, Tq, heads, size], key [batch, Tv, groups, size] and value [batch, Tv, groups, other size], where as
/// many heads as follow each other share a group. <c>mask</c>, which broadcasts to [batch, heads, Tq, Tv], and <c>causal</c> say which values a query sees. The score of what it does not see becomes the number
/// <c>masked</c> (<c>masking</c> replace), or that and the weight becomes 0 (hide), or it is added (add). Weights where <c>kept</c> is false are dropped with a <c>rate</c>, and the others grow. The second
/// result is what the gradient needs: [batch, heads, Tq, 2], the largest score and 1 over the sum of the exponentials.
/// </summary>
internal static class AttentionOps
{
    const string Attributes = "T:float32|float64 scale:float=1 causal:bool=false masked:float=-1000000000 masking:string=replace rate:float=0";

    internal static readonly Op Attention = new("_Attention", $"query:T key:T value:T mask:M*bool kept:K*bool -> y:T rows:T ; {Attributes}")
    {
        Shape = s =>
        {
            var sizes = new AttentionShape(s, 0, 3);
            return [sizes.Result, sizes.Rows];
        },
        Kernel = AttentionKernel.Forward,
        Arithmetic = n => 2 * Work(n[0], n[1]) + 2 * Work(n.Out, n[2]),
        Body = (n, v) =>
        {
            var (scores, visible) = Scores(n, v[0], v[1], Optional(n, v, 3));
            var weights = A.Softmax(scores);
            if (visible is not null && n.Text("masking") == "hide") weights = A.Where(visible, weights, A.ZerosLike(weights));
            if (Kept(n, v) is { } kept) weights = A.Where(kept, weights * Growth(n), A.ZerosLike(weights));
            var most = A.Max(scores, -1, keepDims: true);
            return [A.Einsum("bhqv,bvhd->bqhd", weights, Heads(v[2], v[0])), A.Concat([most, 1 / A.Sum(A.Exp(scores - most), -1, keepDims: true)])];
        },
        Grads = (n, g) =>
        {
            if (g[0] is not { } dy || g[1] is not null) return RecurrentOps.OfBody(n, g);
            return [.. AttentionGrad!.Call([dy, .. n.Inputs[..3], n.Outputs[0], n.Outputs[1], .. n.Inputs[3..]], n.Attrs).Outputs, .. new Variable?[n.Inputs.Length - 3]];
        },
    };

    /// <summary>The gradients for query, key and value.</summary>
    internal static readonly Op AttentionGrad = new("_AttentionGrad", $"dy:T query:T key:T value:T y:T rows:T mask:M*bool kept:K*bool -> dquery:T dkey:T dvalue:T ; {Attributes}")
    {
        Shape = s =>
        {
            new AttentionShape(s, 1, 6).Also(0, 4, 5);
            return [s[1], s[2], s[3]];
        },
        Kernel = AttentionKernel.Backward,
        Arithmetic = n => 6 * Work(n[1], n[2]) + 4 * Work(n[0], n[3]),
        Body = (n, v) =>
        {
            var (dy, query, key, value, rows) = (v[0], v[1], Heads(v[2], v[1]), Heads(v[3], v[1]), v[5]);
            var (scores, visible) = Scores(n, query, v[2], Optional(n, v, 6));
            var weights = A.Exp(scores - rows[.., .., .., ..1]) * rows[.., .., .., 1..];
            if (visible is not null && n.Text("masking") == "hide") weights = A.Where(visible, weights, A.ZerosLike(weights));
            var (dropped, back) = (weights, A.Einsum("bqhd,bvhd->bhqv", dy, value));
            if (Kept(n, v) is { } kept) (dropped, back) = (A.Where(kept, weights * Growth(n), A.ZerosLike(weights)), A.Where(kept, back * Growth(n), A.ZerosLike(back)));
            var dscores = weights * (back - A.ExpandDims(A.Transpose(A.Sum(dy * v[4], -1), [0, 2, 1]), -1)) * n.Float("scale");
            if (visible is not null && n.Text("masking") != "add") dscores = A.Where(visible, dscores, A.ZerosLike(dscores));
            return [A.Einsum("bhqv,bvhd->bqhd", dscores, key), Grouped(A.Einsum("bhqv,bqhd->bvhd", dscores, query), v[2]), Grouped(A.Einsum("bhqv,bqhd->bvhd", dropped, dy), v[3])];
        },
        Grads = RecurrentOps.OfBody,
    };

    static double Work(Variable query, Variable key) => query.Shape[0] * query.Shape[1] * query.Shape[2] * query.Shape[3] * (double)key.Shape[1];

    static double Growth(Node n) => 1 / (1 - Math.Min(n.Float("rate"), 1 - 1e-7));

    static Variable? Optional(Node n, Variable[] v, int at) => n.Int("M") > 0 ? v[at] : null;

    static Variable? Kept(Node n, Variable[] v) => n.Int("K") > 0 ? v[^1] : null;

    /// <summary>The scores, and which count where not all do.</summary>
    static (Variable Scores, Variable? Visible) Scores(Node n, Variable query, Variable key, Variable? mask)
    {
        var scores = A.Einsum("bqhd,bvhd->bhqv", query, Heads(key, query));
        if (n.Float("scale") != 1) scores *= n.Float("scale");
        if (n.Flag("causal"))
        {
            var seen = A.ExpandDims(A.Range(A.SizeOf(query, 1)), -1) >= A.Range(A.SizeOf(key, 1));
            mask = mask is null ? A.Reshape(seen, A.Concat([A.Ints(1, 1), A.ShapeOf(seen)], 0)) : mask & seen;
        }
        if (mask is null) return (scores, null);
        return (A.Where(mask, scores, n.Text("masking") == "add" ? scores + n.Float("masked") : A.Constant(n.Float("masked"), scores.DType)), mask);
    }

    /// <summary>Groups repeated for the heads that share them.</summary>
    static Variable Heads(Variable x, Variable query)
    {
        var times = query.Shape[2] / x.Shape[2];
        return times == 1 ? x : A.Reshape(A.Tile(A.ExpandDims(x, 3), 1, 1, 1, times, 1), A.Concat([A.ShapeOf(x)[..2], A.Ints(query.Shape[2], x.Shape[3])], 0));
    }

    /// <summary>What comes back to heads that share a group, added up.</summary>
    static Variable Grouped(Variable x, Variable like)
    {
        var times = x.Shape[2] / like.Shape[2];
        return times == 1 ? x : A.Sum(A.Reshape(x, A.Concat([A.ShapeOf(x)[..2], A.Ints(like.Shape[2], times, x.Shape[3])], 0)), 3);
    }
}
