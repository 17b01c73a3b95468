using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How often the class with the highest score is that of the label; labels are one-hot.</summary>
[KerasObject("keras.metrics")]
public sealed class CategoricalAccuracy : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => A.Cast(A.Equal(A.ArgMax(yTrue), A.ArgMax(yPred)), DType.Float32);
}
