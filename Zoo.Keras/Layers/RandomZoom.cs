using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures made smaller (positive) or larger about their middle.</summary>
[KerasObject("keras.layers")]
public sealed class RandomZoom(Factor heightFactor, Factor? widthFactor = null) : RandomImageLayer
{
    /// <summary>How much, along the height.</summary>
    public Factor HeightFactor { get; } = heightFactor;

    /// <summary>How much, along the width; like the height where it is not given.</summary>
    public Factor? WidthFactor { get; } = widthFactor;

    /// <summary>What lies outside: <c>reflect</c>, <c>wrap</c>, <c>constant</c> or <c>nearest</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "reflect", "wrap", "constant", "nearest"); } = "reflect";

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    internal override Variable Transform(Variable x, CallContext c)
    {
        var tall = Draw(x, c, HeightFactor.Within(-1, 1, "RandomZoom: the height factor")) + 1;
        var wide = WidthFactor is { } factor ? Draw(x, c, factor.Within(-1, 1, "RandomZoom: the width factor")) + 1 : tall;
        var zero = A.ZerosLike(tall);
        return Project(x, [wide, zero, Last(x, 2) * 0.5 * (1 - wide), zero, tall, Last(x, 1) * 0.5 * (1 - tall), zero, zero], Interpolation, FillMode, FillValue);
    }
}
