using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A random number added to each picture.</summary>
[KerasObject("keras.layers")]
public sealed class RandomBrightness(Factor factor) : RandomImageLayer
{
    /// <summary>The share of the range that is added.</summary>
    public Factor Factor { get; } = factor.Within(-1, 1, "RandomBrightness: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c) => A.Clip(x + Draw(x, c, Factor) * (ValueRange.High - ValueRange.Low), ValueRange.Low, ValueRange.High);
}
