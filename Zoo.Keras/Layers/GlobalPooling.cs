using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What the layers share that pool each channel over all places: [batch, spatial…, channels] becomes [batch, channels].</summary>
public abstract class GlobalPooling : SpatialLayer
{
    private protected GlobalPooling(int axes) : base(axes) { }

    /// <summary>Whether the spatial axes stay, with size 1.</summary>
    [KerasName("keepdims")]
    public bool KeepDims { get; init; }

    private protected abstract bool IsMax { get; }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        int[] axes = [.. Enumerable.Range(FirstAxis, Axes)];
        return IsMax ? A.Max(x, axes, KeepDims) : A.Mean(Real(x), axes, KeepDims);
    }
}
