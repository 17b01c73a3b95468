using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures slanted along both axes, one way or the other.</summary>
[KerasObject("keras.layers")]
public sealed class RandomShear(Factor xFactor = default, Factor yFactor = default) : RandomImageLayer
{
    /// <summary>How much along the rows.</summary>
    public Factor XFactor { get; } = xFactor.Within(-1, 1, "RandomShear: the xfactor");

    /// <summary>How much along the columns.</summary>
    public Factor YFactor { get; } = yFactor.Within(-1, 1, "RandomShear: the yfactor");

    /// <summary>What lies outside: <c>reflect</c>, <c>wrap</c>, <c>constant</c> or <c>nearest</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "reflect", "wrap", "constant", "nearest"); } = "reflect";

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    internal override Variable Transform(Variable x, CallContext c)
    {
        var sign = Sign(x, c);
        var (one, zero) = (A.OnesLike(sign), A.ZerosLike(sign));
        return Project(x, [one, Draw(x, c, XFactor) * sign, zero, Draw(x, c, YFactor) * sign, one, zero, zero, zero], Interpolation, FillMode, FillValue);
    }
}
