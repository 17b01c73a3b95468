using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The square of the hinge.</summary>
[KerasObject("keras.metrics")]
public sealed class SquaredHinge : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => A.Mean(A.Square(LossFormulas.Hinges(A.Cast(yTrue, yPred.DType), yPred)), -1);
}
