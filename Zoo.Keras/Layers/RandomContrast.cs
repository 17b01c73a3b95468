using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The distance from its mean multiplied, in each channel of a picture, by 1 − low to 1 + high.</summary>
[KerasObject("keras.layers")]
public sealed class RandomContrast(Factor factor) : RandomImageLayer
{
    /// <summary>How much less and more contrast.</summary>
    public Factor Factor { get; } = factor.Within(0, 1, "RandomContrast: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var mean = A.Mean(x, [1, 2], keepDims: true);
        return A.Clip((x - mean) * Draw(x, c, (1 - Factor.Low, 1 + Factor.High)) + mean, ValueRange.Low, ValueRange.High);
    }
}
