namespace Zoo.Keras.Metrics;

/// <summary>The mean of a loss, as a metric (Analytics Zoo's <c>Loss</c>).</summary>
/// <param name="criterion">The loss: a name, an object or a formula.</param>
public sealed class LossMetric(LossFunction criterion) : MeanMetric
{
    /// <summary>The loss.</summary>
    public LossFunction Criterion { get; } = criterion;

    internal override bool TakesClasses => Criterion.Loss.TakesClasses;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => Criterion.Loss.Call(Criterion.Loss.TakesClasses ? yTrue : AutoGrad.Cast(yTrue, yPred.DType), yPred);
}
