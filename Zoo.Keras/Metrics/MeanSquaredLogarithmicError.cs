using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of the squared differences of log(1 + x).</summary>
[KerasObject("keras.metrics")]
public sealed class MeanSquaredLogarithmicError : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.LogarithmicError(A.Cast(yTrue, yPred.DType), yPred);
}
