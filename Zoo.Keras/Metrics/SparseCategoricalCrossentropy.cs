namespace Zoo.Keras.Metrics;

/// <summary>Cross-entropy of classes; labels are class numbers.</summary>
[KerasObject("keras.metrics")]
public sealed class SparseCategoricalCrossentropy : MeanMetric
{
    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; init; }

    /// <summary>A label that does not count; null for none.</summary>
    public int? IgnoreClass { get; init; }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Sparse(yTrue, yPred, FromLogits, IgnoreClass);
}
