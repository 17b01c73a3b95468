using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Its inputs one after the other along an axis.</summary>
[KerasObject("keras.layers")]
public sealed class Concatenate(int axis = -1) : Merge
{
    /// <summary>The axis; the batch is 0.</summary>
    public int Axis { get; } = axis;

    private protected override Variable Join(Variable[] inputs) => A.Concat(inputs, Axis);

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c)
    {
        if (c.Masks.All(m => m is null)) return null;
        // Each mask in the rank of its input, joined as the inputs are; then whatever counts along all further axes.
        var wide = x.Select((v, i) => Wide(v, c.Masks[i])).ToArray();
        var joined = A.Concat(wide, Axis);
        var rank = c.Masks.OfType<Variable>().Max(m => m.Shape.Rank);
        while (joined.Shape.Rank > rank) joined = A.All(joined, axis: -1);
        return joined;
    }

    static Variable Wide(Variable x, Variable? mask)
    {
        if (mask is null) return A.Cast(A.OnesLike(x), DType.Bool);
        while (mask.Shape.Rank < x.Shape.Rank) mask = A.ExpandDims(mask, mask.Shape.Rank);
        return mask & A.Cast(A.OnesLike(x), DType.Bool);
    }
}
