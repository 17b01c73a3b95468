namespace Zoo.Keras.Metrics;

/// <summary>The best recall at thresholds whose precision is high enough.</summary>
[KerasObject("keras.metrics")]
public sealed class RecallAtPrecision : ConstrainedMetric
{
    /// <summary>The metric for a least precision.</summary>
    /// <param name="precision">The least precision.</param>
    /// <param name="numThresholds">The number of thresholds that are tried.</param>
    /// <param name="classId">The only class that counts; null for all.</param>
    public RecallAtPrecision(double precision, int numThresholds = 200, int? classId = null) : base(numThresholds, classId) => Precision = Part(precision, "precision");

    /// <summary>The least precision.</summary>
    public double Precision { get; }

    /// <inheritdoc/>
    protected internal override Variable Of() => BestWhere(Exactness, Precision, Sensitivity);
}
