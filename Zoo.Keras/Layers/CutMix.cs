using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A rectangle of each picture taken from another of its batch (Yun et al. 2019). The labels stay.</summary>
[KerasObject("keras.layers")]
public sealed class CutMix(Factor? factor = null) : RandomImageLayer
{
    /// <summary>The range of the beta distribution's shape.</summary>
    public Factor Factor { get; } = (factor ?? 1).Within(0, 1, "CutMix: the factor");

    internal override Variable Transform(Variable x, CallContext c)
    {
        var alpha = Draw(x, c, Factor) + 1e-6;
        var (a, b) = (Gamma(x, c, alpha), Gamma(x, c, alpha));
        var side = A.Sqrt(b / (a + b + 1e-30));
        return A.Where(Boxes(x, c, side, side), Shuffled(x, c), x);
    }
}
