using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The hues of each picture turned by at most half of the factor, one way or the other.</summary>
[KerasObject("keras.layers")]
public sealed class RandomHue(Factor factor) : RandomImageLayer
{
    /// <summary>How far, of half a turn.</summary>
    public Factor Factor { get; } = factor.Within(0, 1, "RandomHue: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var hsv = A.Split(ColorOps.RGBToHSV.Call(Rescaled(x, ValueRange, (0, 1))), 3);
        var hue = hsv[0] + Sign(x, c) * Draw(x, c, Factor) * 0.5;
        hue = A.Where(hue > 1, hue - 1, hue);
        hue = A.Where(hue < 0, hue + 1, hue);
        return Rescaled(A.Clip(ColorOps.HSVToRGB.Call(A.Concat([hue, hsv[1], hsv[2]])), 0, 1), (0, 1), ValueRange);
    }
}
