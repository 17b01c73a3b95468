using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How often the class with the highest score is that of the label; labels are class numbers.</summary>
[KerasObject("keras.metrics")]
public sealed class SparseCategoricalAccuracy : MeanMetric
{
    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => A.Cast(A.Equal(A.Cast(Ranks.Classes(yTrue, yPred), DType.Int64), A.ArgMax(yPred)), DType.Float32);
}
