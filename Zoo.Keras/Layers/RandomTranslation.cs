using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures shifted.</summary>
[KerasObject("keras.layers")]
public sealed class RandomTranslation(Factor heightFactor, Factor widthFactor) : RandomImageLayer
{
    /// <summary>How far down, of the height.</summary>
    public Factor HeightFactor { get; } = heightFactor;

    /// <summary>How far to the right, of the width.</summary>
    public Factor WidthFactor { get; } = widthFactor;

    /// <summary>What lies outside: <c>reflect</c>, <c>wrap</c>, <c>constant</c> or <c>nearest</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "reflect", "wrap", "constant", "nearest"); } = "reflect";

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    internal override Variable Transform(Variable x, CallContext c)
    {
        var down = Draw(x, c, HeightFactor.Within(-1, 1, "RandomTranslation: the height factor")) * (Last(x, 1) + 1);
        var right = Draw(x, c, WidthFactor.Within(-1, 1, "RandomTranslation: the width factor")) * (Last(x, 2) + 1);
        var (one, zero) = (A.OnesLike(down), A.ZerosLike(down));
        return Project(x, [one, zero, -right, zero, one, -down, zero, zero], Interpolation, FillMode, FillValue);
    }
}
