using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The cosine of the angle between labels and predictions.</summary>
/// <param name="axis">The axis of the vectors; null for the last. Keras does not store it.</param>
[KerasObject("keras.metrics")]
public sealed class CosineSimilarity(int? axis = null) : MeanMetric
{
    /// <summary>The axis of the vectors; null for the last.</summary>
    [KerasOptional]
    public int? Axis { get; } = axis;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Cosine(A.Cast(yTrue, yPred.DType), yPred, Axis ?? -1);
}
