using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of the squared differences.</summary>
[KerasObject("keras.metrics")]
public sealed class MeanSquaredError : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.SquaredError(A.Cast(yTrue, yPred.DType), yPred);
}
