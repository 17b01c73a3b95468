using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Colours at or above a threshold turned into their negatives, after an addition.</summary>
[KerasObject("keras.layers")]
public sealed class Solarization(Factor additionFactor = default, Factor thresholdFactor = default) : RandomImageLayer
{
    /// <summary>What is added, of 255.</summary>
    public Factor AdditionFactor { get; } = additionFactor.Within(0, 1, "Solarization: the additionfactor", mirrored: false);

    /// <summary>The threshold, of 255.</summary>
    public Factor ThresholdFactor { get; } = thresholdFactor.Within(0, 1, "Solarization: the thresholdfactor", mirrored: false);

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var colours = A.Clip(Rescaled(x, ValueRange, Bytes) + Draw(x, c, (AdditionFactor.Low, AdditionFactor.High * 255)), 0, 255);
        return Rescaled(A.Where(colours < Draw(x, c, (ThresholdFactor.Low, ThresholdFactor.High * 255)), colours, 255 - colours), Bytes, ValueRange);
    }
}
