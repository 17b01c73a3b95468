using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The weighted sum of values: <c>sum.UpdateState(values)</c>.</summary>
[KerasObject("keras.metrics")]
public sealed class Sum : Metric
{
    Parameter Total => field ??= State("total");

    /// <summary>Adds values.</summary>
    public void UpdateState(NDArray values) => UpdateState(values, values);

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight) =>
        [(Total, Total.Variable + A.Sum(MeanMetric.Samples(A.Cast(yPred, Dtype), sampleWeight, A.Sum).Values))];

    /// <inheritdoc/>
    protected internal override Variable Of() => Total.Variable;
}
