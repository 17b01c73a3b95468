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
        Grads = (n, g) => [g[0] is { } one ? A.ExpandDims(one, -1) * n.Outputs[1] : null, null],
        Kernel = k => k.Host(SparseCrossEntropy.Kernel(k.Shape(0), k.DType(0), k.DType(1)), [k[0], k[1]], (k.OutShape(0), k.OutDType(0)), (k.OutShape(1), k.OutDType(1))),
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
        Grads = (n, g) => [g[0] is { } one ? A.ExpandDims(one, -1) * n.Outputs[1] : null, g[0] is { } two ? -A.ExpandDims(two, -1) * A.LogSoftmax(n[0]) : null],
        Kernel = k => k.Host(CrossEntropy.Kernel(k.OutShape(1), k.DType()), [Wide(k, 0), Wide(k, 1)], (k.OutShape(0), k.OutDType(0)), (k.OutShape(1), k.OutDType(1))),
    };

    static Engine.Torch.Value Wide(Engine.Torch.Kernel k, int input) => k.Shape(input) == k.OutShape(1) ? k[input]
        : throw new GraphException($"SoftmaxCrossEntropyWithLogits: features {k.Shape(0)} and labels {k.Shape(1)} are broadcast, which the embedded engine does not do. Give both the same shape.");

    internal static readonly Op[] All = [SparseSoftmaxCrossEntropyWithLogits, SoftmaxCrossEntropyWithLogits];
}
