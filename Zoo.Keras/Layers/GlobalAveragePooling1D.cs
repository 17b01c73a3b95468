using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The mean of each channel over all places of sequences [batch, steps, channels]; with a mask [batch, steps], over those that count.</summary>
[KerasObject("keras.layers"), KerasCallArgument("mask"), KerasParameters("inputs", "mask")]
public sealed class GlobalAveragePooling1D() : GlobalPooling(1)
{
    private protected override bool IsMax => false;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        CheckRank(x[0].Shape);
        if (c.Mask is not { } mask) return Call(x[0]);
        var counts = A.ExpandDims(A.Cast(mask, x[0].DType), DataFormat.IsFirst ? 1 : 2);
        return A.Sum(x[0] * counts, FirstAxis, KeepDims) / A.Sum(counts, FirstAxis, KeepDims);
    }
}
