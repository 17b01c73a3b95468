using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The last bits of each colour dropped, of eight.</summary>
[KerasObject("keras.layers")]
public sealed class RandomPosterization(Factor factor) : RandomImageLayer
{
    /// <summary>How many bits are kept.</summary>
    public Factor Factor { get; } = factor.Within(1, 8, "RandomPosterization: the factor");

    /// <summary>The range of the values.</summary>
    public (double Low, double High) ValueRange { get; init; } = Bytes;

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var kept = Factor.Low == Factor.High ? Draw(x, c, Factor) : A.Floor(Draw(x, c, Factor));
        var step = A.Round(A.Pow(A.OnesLike(kept) * 2, 8 - kept));
        return Rescaled(A.Floor(A.Floor(Rescaled(x, ValueRange, Bytes)) / step) * step, Bytes, ValueRange);
    }
}
