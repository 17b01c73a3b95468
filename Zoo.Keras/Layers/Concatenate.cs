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
        // Each mask with the shape of its input, joined as the inputs are; a step counts where anything of it does.
        return A.Any(A.Concat([.. x.Select((v, i) => c.Masks[i] is not { } mask ? A.Cast(A.OnesLike(v), DType.Bool) : mask.Shape.Rank < v.Shape.Rank ? Wide(v, mask) : mask)], Axis), -1);
    }
}
