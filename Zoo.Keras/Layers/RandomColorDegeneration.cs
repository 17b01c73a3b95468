using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures blended with their shades of grey.</summary>
[KerasObject("keras.layers")]
public sealed class RandomColorDegeneration(Factor factor) : RandomImageLayer
{
    /// <summary>The share of grey.</summary>
    public Factor Factor { get; } = factor.Within(-1, 1, "RandomColorDegeneration: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c) => A.Clip(x + (Pictures.Grayscale(x) - x) * Draw(x, c, Factor), ValueRange.Low, ValueRange.High);
}
