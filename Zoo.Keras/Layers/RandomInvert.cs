using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures turned into their negatives with a probability.</summary>
[KerasObject("keras.layers")]
public sealed class RandomInvert(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The probability, or the range from which it is drawn.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "RandomInvert: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c) => A.Where(Happens(x, c, Factor), ValueRange.High - x, x);
}
