using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A rectangle of pictures filled, with a probability.</summary>
[KerasObject("keras.layers")]
public sealed class RandomErasing(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The probability, or the range from which it is drawn.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "RandomErasing: the factor");

    /// <summary>The share of the area.</summary>
    public Factor Scale { get; init => field = value.Within(0, 1, "RandomErasing: the scale"); } = (0.02, 0.33);

    /// <summary>What fills it; normal noise by default.</summary>
    public double? FillValue { get; init; }

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var shares = A.Sqrt(Uniform(x, c, 2) * (Scale.High - Scale.Low) + Scale.Low);
        var fill = FillValue is { } value ? A.OnesLike(x) * value : A.Sqrt(A.Log(A.Maximum(c.RandomUniform(x, null, Seed), 1e-7)) * -2) * A.Cos(c.RandomUniform(x, null, Seed) * (2 * Math.PI)) * ValueRange.High;
        var erased = A.LogicalAnd(Boxes(x, c, shares[.., .., .., ..1], shares[.., .., .., 1..]), Happens(x, c, Factor));
        return A.Where(erased, A.Clip(fill, ValueRange.Low, ValueRange.High), x);
    }
}
