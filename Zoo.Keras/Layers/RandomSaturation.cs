using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The saturation of each picture multiplied by f / (1 − f).</summary>
[KerasObject("keras.layers")]
public sealed class RandomSaturation(Factor factor) : RandomImageLayer
{
    /// <summary>f: 0.5 changes nothing, 0 leaves grey, 1 is full colour.</summary>
    public Factor Factor { get; } = factor.Within(-1, 1, "RandomSaturation: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var f = Draw(x, c, Factor);
        var hsv = A.Split(ColorOps.RGBToHSV.Call(x), 3);
        var saturation = A.Clip(hsv[1] * (f / (1 - f + 1e-7)), ValueRange.Low, ValueRange.High);
        return ColorOps.HSVToRGB.Call(A.Concat([hsv[0], saturation, hsv[2]]));
    }
}
