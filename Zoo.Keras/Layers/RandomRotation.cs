using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures turned about their middle.</summary>
[KerasObject("keras.layers")]
public sealed class RandomRotation(Factor factor) : RandomImageLayer
{
    /// <summary>How far, of a full turn, against the clock.</summary>
    public Factor Factor { get; } = factor.Within(-1, 1, "RandomRotation: the factor");

    /// <summary>What lies outside: <c>reflect</c>, <c>wrap</c>, <c>constant</c> or <c>nearest</c>.</summary>
    public string FillMode { get; init => field = OneOf(value, "fill mode", "reflect", "wrap", "constant", "nearest"); } = "reflect";

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    internal override Variable Transform(Variable x, CallContext c)
    {
        var angle = Draw(x, c, Factor) * (2 * Math.PI);
        var (cos, sin, middleX, middleY, zero) = (A.Cos(angle), A.Sin(angle), Last(x, 2) * 0.5, Last(x, 1) * 0.5, A.ZerosLike(angle));
        return Project(x, [cos, -sin, middleX - middleX * cos + middleY * sin, sin, cos, middleY - middleX * sin - middleY * cos, zero, zero], Interpolation, FillMode, FillValue);
    }
}
