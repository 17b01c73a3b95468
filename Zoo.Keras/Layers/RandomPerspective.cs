using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures seen from another side, with a probability: their corners move.</summary>
[KerasObject("keras.layers")]
public sealed class RandomPerspective(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The probability, or the range from which it is drawn.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "RandomPerspective: the factor");

    /// <summary>How far corners move, of the picture.</summary>
    public double Scale { get; init => field = value is >= 0 and <= 1 ? value : throw new ArgumentException($"RandomPerspective: the scale {value} is out of range. Expected 0 to 1."); } = 1;

    /// <summary>The number outside, of fill mode <c>constant</c>.</summary>
    public double FillValue { get; init; }

    /// <summary><c>bilinear</c> or <c>nearest</c>.</summary>
    public string Interpolation { get; init => field = OneOf(value, "interpolation", "bilinear", "nearest"); } = "bilinear";

    internal override Variable Transform(Variable x, CallContext c)
    {
        var moves = A.Where(Happens(x, c, Factor), (Uniform(x, c, 8) - 0.5) * Scale, A.ZerosLike(Uniform(x, c, 8)));
        var (right, bottom) = (Last(x, 2), Last(x, 1));
        (Variable, Variable) Corner(int i, bool atRight, bool atBottom)
        {
            Variable Moved(int k, Variable size, bool far) => A.Reshape(far ? size * (moves[.., .., .., k..(k + 1)] + 1) : moves[.., .., .., k..(k + 1)] * 0, [Dim.Any, 1]);
            return (Moved(2 * i, right, atRight), Moved(2 * i + 1, bottom, atBottom));
        }
        var projection = Pictures.Homography([Corner(0, false, false), Corner(1, true, false), Corner(2, true, true), Corner(3, false, true)], right, bottom);
        return Pictures.Project(x, projection, Interpolation, "constant", FillValue);
    }
}
