using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>(1 - pᵠ) / q for the label's class, between cross-entropy (q near 0) and the absolute error (q = 1): for noisy labels (Zhang and Sabuncu, 2018).</summary>
/// <param name="q">The exponent, above 0 and below 1.</param>
[KerasObject("keras.losses")]
public sealed class CategoricalGeneralizedCrossEntropy(double q = 0.5) : Loss
{
    /// <summary>The exponent.</summary>
    public double Q { get; } = q is > 0 and < 1 ? q : throw new ArgumentException($"CategoricalGeneralizedCrossEntropy: q {q} is out of range. Expected a number above 0 and below 1.");

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var own = A.OneHot(Ranks.Classes(yTrue, yPred), (int)yPred.Shape[-1], dtype: yPred.DType);
        return (1 - A.Pow(A.Sum(yPred * own, -1), Q)) / Q;
    }
}
