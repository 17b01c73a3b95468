using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Softmax and cross-entropy in one op, as TensorFlow fuses them: the second output is the gradient for the logits.</summary>
internal static class LossOps
{
    internal static readonly Op SparseSoftmaxCrossEntropyWithLogits = new("SparseSoftmaxCrossEntropyWithLogits", "features:T labels:Tlabels -> loss:T backprop:T ; T:float Tlabels:index=int64")
    {
        Shape = s =>
        {
            s.Rank(0, 2);
            s.Rank(1, 1);
            if (s[0].HasRank && s[1].HasRank) s.Same(s[0][0], s[1][0], "the batches");
            return [s[1], s[0]];
        },
        Grads = (n, g) => [Logits(n, g), null],
        Kernel = k => k.Host(CrossEntropy.Sparse(k.Shape(0), k.DType(0), k.DType(1)), [k[0], k[1]], (k.OutShape(0), k.OutDType(0)), (k.OutShape(1), k.OutDType(1))),
    };

    internal static readonly Op SoftmaxCrossEntropyWithLogits = new("SoftmaxCrossEntropyWithLogits", "features:T labels:T -> loss:T backprop:T ; T:float")
    {
        Shape = s =>
        {
            s.Rank(0, 2);
            s.Rank(1, 2);
            var both = s.Broadcast();
            return [both.HasRank ? both[..1] : Shape.Unknown, both];
        },
        Grads = (n, g) =>
        [
            Logits(n, g)?.SumTo(n[0]),
            Sum(g[0] is { } loss ? -A.ExpandDims(loss, -1) * A.LogSoftmax(n[0]) : null, g[1] is { } back ? -back : null)?.SumTo(n[1]),
        ],
        Kernel = k => k.Host(CrossEntropy.Dense(k.OutShape(1), k.DType()), [Wide(k, 0), Wide(k, 1)], (k.OutShape(0), k.OutDType(0)), (k.OutShape(1), k.OutDType(1))),
    };

    /// <summary>The second output is softmax − labels, so its own gradient is softmax's.</summary>
    static Variable? Logits(Node n, Variable?[] g)
    {
        var first = g[0] is { } loss ? A.ExpandDims(loss, -1) * n.Outputs[1] : null;
        if (g[1] is not { } back) return first;
        var softmax = A.Softmax(n[0]);
        return Sum(first, (back - A.Sum(back * softmax, -1, keepDims: true)) * softmax);
    }

    static Variable? Sum(Variable? a, Variable? b) => a is null ? b : b is null ? a : a + b;

    /// <summary>An input broadcast to both's shape.</summary>
    static Engine.Torch.Value Wide(Engine.Torch.Kernel k, int input)
    {
        if (k.Shape(input) == k.OutShape(1)) return k[input];
        var (from, to) = (k.Shape(input), k.OutShape(1));
        return k.Contiguous(k.Strided(k[input], to.ToArray(), [from[0] == 1 ? 0 : from[1], from[1] == 1 ? 0 : 1]));
    }
}
