using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of the absolute differences as percentages of the labels.</summary>
[KerasObject("keras.metrics")]
public sealed class MeanAbsolutePercentageError : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.PercentageError(A.Cast(yTrue, yPred.DType), yPred);
}
