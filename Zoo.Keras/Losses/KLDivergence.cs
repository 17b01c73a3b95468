using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>How much the predicted probabilities diverge from the labels': Σ y · log(y / p) (Kullback and Leibler, 1951).</summary>
[KerasObject("keras.losses")]
public sealed class KLDivergence : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Divergence(yTrue, yPred);
}
