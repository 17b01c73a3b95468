using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How often yes-or-no answers are right; labels are 0 and 1.</summary>
[KerasObject("keras.metrics")]
public sealed class BinaryAccuracy : MeanMetric
{
    /// <summary>Predictions above it count as 1.</summary>
    public double Threshold { get; init; } = 0.5;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => MetricFormulas.Equal(yTrue, A.Cast(yPred > Threshold, yPred.DType));
}
