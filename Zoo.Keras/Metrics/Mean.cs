namespace Zoo.Keras.Metrics;

/// <summary>The weighted mean of values: <c>mean.UpdateState(values)</c>.</summary>
[KerasObject("keras.metrics")]
public sealed class Mean : MeanMetric
{
    /// <summary>Adds values.</summary>
    public void UpdateState(NDArray values) => UpdateState(values, values);

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => yPred;
}
