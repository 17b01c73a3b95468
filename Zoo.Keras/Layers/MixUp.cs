using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Each picture blended with another of its batch (Zhang et al. 2018). The labels stay.</summary>
[KerasObject("keras.layers")]
public sealed class MixUp(double alpha = 0.2) : RandomImageLayer
{
    /// <summary>The shape of the beta distribution of the shares.</summary>
    public double Alpha { get; } = alpha > 0 ? alpha : throw new ArgumentException($"MixUp: alpha {alpha} is out of range. Expected a positive number.");

    private protected override bool LeavesIntegers => true;

    internal override Variable Transform(Variable x, CallContext c)
    {
        var alpha = A.OnesLike(Uniform(x, c)) * Alpha;
        var (a, b) = (Gamma(x, c, alpha), Gamma(x, c, alpha));
        var share = a / (a + b + 1e-30);
        return share * x + (1 - share) * Shuffled(x, c);
    }
}
