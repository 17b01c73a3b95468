using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The negative log-likelihood of Poisson counts, without its constant: p - y · log(p).</summary>
[KerasObject("keras.losses")]
public sealed class Poisson : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Poisson(yTrue, yPred);
}
