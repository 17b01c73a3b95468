using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of the absolute differences.</summary>
[KerasObject("keras.metrics")]
public sealed class MeanAbsoluteError : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.AbsoluteError(A.Cast(yTrue, yPred.DType), yPred);
}
