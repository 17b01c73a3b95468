using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Attention as one op, of layers that give nothing but its result.</summary>
internal static class FusedAttention
{
    /// <summary>Whether the op knows the dtype and shapes [batch, steps, heads, size].</summary>
    internal static bool Fits(params ReadOnlySpan<Variable> x)
    {
        foreach (var v in x)
            if (v.DType != x[0].DType || v.DType is not (DType.Float32 or DType.Float64) || v.Shape.Rank != 4 || v.Shape[2] < 0) return false;
        return true;
    }

    /// <param name="c">The call of the layer; it says whether this is training, and draws.</param>
    /// <param name="query">[batch, Tq, heads, size].</param>
    /// <param name="key">[batch, Tv, groups, size].</param>
    /// <param name="value">[batch, Tv, groups, other size].</param>
    /// <param name="mask">What is seen, [batch, heads, Tq, Tv], each of them perhaps 1; null for everything.</param>
    /// <param name="causal">Whether later values are not seen.</param>
    /// <param name="scale">What multiplies the scores.</param>
    /// <param name="masked">What becomes of the score of what is not seen, and <paramref name="masking"/> how.</param>
    /// <param name="masking">See <see cref="AttentionOps"/>.</param>
    /// <param name="rate">How much of the weights is dropped in training.</param>
    /// <param name="seed">A seed in place of the model's.</param>
    internal static Variable Of(CallContext c, Variable query, Variable key, Variable value, Variable? mask, bool causal, double scale, double masked, string masking, double rate, long? seed)
    {
        Variable? kept = null;
        if (c.Training && rate > 0)
        {
            var sizes = A.Stack([A.SizeOf(query, 0), A.SizeOf(query, 2), A.SizeOf(query, 1), A.SizeOf(value, 1)]);
            kept = c.RandomUniform(A.BroadcastTo(A.Constant(0, DType.Float32), sizes), Shape.Create([query.Shape[0], query.Shape[2], query.Shape[1], value.Shape[1]]), seed) >= rate;
        }
        return AttentionOps.Attention.Call([query, key, value, .. new[] { mask, kept }.OfType<Variable>()], Attrs.Of(("M", mask is null ? 0 : 1), ("K", kept is null ? 0 : 1),
            ("causal", causal), ("scale", scale), ("masked", masked), ("masking", masking), ("rate", rate))).Out;
    }
}
