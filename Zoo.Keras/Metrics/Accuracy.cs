namespace Zoo.Keras.Metrics;

/// <summary>How often predictions equal labels.</summary>
[KerasObject("keras.metrics")]
public sealed class Accuracy : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => MetricFormulas.Equal(yTrue, yPred);
}
