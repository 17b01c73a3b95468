using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pictures blurred with a probability.</summary>
[KerasObject("keras.layers")]
public sealed class RandomGaussianBlur(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The probability, or the range from which it is drawn.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "RandomGaussianBlur: the factor");

    /// <summary>The sizes of the window, odd.</summary>
    public Sizes KernelSize { get; init => field = value.For(2, "RandomGaussianBlur: the kernel size"); } = (3, 3);

    /// <summary>The spread of the bell, in pixels.</summary>
    public Factor Sigma { get; init => field = value.Within(0, 1, "RandomGaussianBlur: the sigma"); } = (0, 1);

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var sigma = Uniform(x, c, 2) * (Sigma.High - Sigma.Low) + (Sigma.Low + 1e-6);
        var blurred = Along(Along(x, 1, KernelSize[1], sigma[.., .., .., 1..]), 2, KernelSize[0], sigma[.., .., .., ..1]);
        return A.Clip(A.Where(Happens(x, c, Factor), blurred, x), ValueRange.Low, ValueRange.High);
    }

    /// <summary>The weighted sum of shifted pictures; zeros beyond the border.</summary>
    static Variable Along(Variable x, int axis, int size, Variable sigma)
    {
        var centre = (size - 1) / 2.0;
        var widths = new (int, int)[4];
        widths[axis] = ((size - 1) / 2, size / 2);
        var padded = A.Pad(x, widths);
        Variable[] weights = [.. Enumerable.Range(0, size).Select(i => A.Exp(A.Square((i - centre) / sigma) * -0.5))];
        var shifted = weights.Select((w, i) => w * (axis == 1 ? padded[.., i..^(size - 1 - i)] : padded[.., .., i..^(size - 1 - i)]));
        return shifted.Aggregate((a, b) => a + b) / weights.Aggregate((a, b) => a + b);
    }
}
