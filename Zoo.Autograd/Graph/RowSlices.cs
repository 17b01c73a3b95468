using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Graph;

/// <summary>Gradients of looked-up rows: sums of slices, each with the number of its row (TensorFlow's IndexedSlices).</summary>
internal static class RowSlices
{
    /// <summary>The sums of a formula of the slices, each taken apart before those of one row are added up; null where the gradient is not a sum of slices alone.</summary>
    internal static Variable? Each(Variable gradient, Func<Variable, Variable> formula)
    {
        var node = gradient.Node;
        if (node.Op == IndexOps.UnsortedSegmentSum) return IndexOps.UnsortedSegmentSum.Call(formula(node[0]), node[1], node[2]);
        if (node.Op.Name == "Cast") return Each(node[0], v => formula(A.Cast(v, gradient.DType)));
        if (node.Op.Name is not ("AddV2" or "AddN")) return null;   // a table that was looked up in several places
        var parts = Array.ConvertAll(node.Inputs, part => Each(part, formula));
        return Array.Exists(parts, p => p is null) ? null : parts.Aggregate((a, b) => a! + b!);
    }
}
