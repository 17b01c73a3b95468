using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How little the score of the label's class exceeds the highest of the others, up to 1.</summary>
[KerasObject("keras.metrics")]
public sealed class CategoricalHinge : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.CategoricalHinge(A.Cast(yTrue, yPred.DType), yPred);
}
