using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The negative log-likelihood of Poisson counts, without its constant.</summary>
[KerasObject("keras.metrics")]
public sealed class Poisson : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Poisson(A.Cast(yTrue, yPred.DType), yPred);
}
