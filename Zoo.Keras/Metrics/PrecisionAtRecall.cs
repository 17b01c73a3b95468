namespace Zoo.Keras.Metrics;

/// <summary>The best precision at thresholds whose recall is high enough.</summary>
[KerasObject("keras.metrics")]
public sealed class PrecisionAtRecall : ConstrainedMetric
{
    /// <summary>The metric for a least recall.</summary>
    /// <param name="recall">The least recall.</param>
    /// <param name="numThresholds">The number of thresholds that are tried.</param>
    /// <param name="classId">The only class that counts; null for all.</param>
    public PrecisionAtRecall(double recall, int numThresholds = 200, int? classId = null) : base(numThresholds, classId) => Recall = Part(recall, "recall");

    /// <summary>The least recall.</summary>
    public double Recall { get; }

    /// <inheritdoc/>
    protected internal override Variable Of() => BestWhere(Sensitivity, Recall, Exactness);
}
