using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How much the predicted probabilities diverge from the labels'.</summary>
[KerasObject("keras.metrics")]
public sealed class KLDivergence : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Divergence(A.Cast(yTrue, yPred.DType), yPred);
}
