using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How far answers are from the right side's margin of 1.</summary>
[KerasObject("keras.metrics")]
public sealed class Hinge : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => A.Mean(LossFormulas.Hinges(A.Cast(yTrue, yPred.DType), yPred), -1);
}
