namespace Zoo.Keras.Metrics;

/// <summary>The weighted mean of what a function makes of labels and predictions: one value a sample.</summary>
/// <param name="fn">The function.</param>
public sealed class MeanMetricWrapper(Func<Variable, Variable, Variable> fn) : MeanMetric
{
    /// <summary>The function.</summary>
    public Func<Variable, Variable, Variable> Fn { get; } = fn;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => Fn(yTrue, yPred);
}
