namespace Zoo.Keras.Metrics;

/// <summary>The best specificity at thresholds whose sensitivity is high enough.</summary>
[KerasObject("keras.metrics")]
public sealed class SpecificityAtSensitivity : ConstrainedMetric
{
    /// <summary>The metric for a least sensitivity.</summary>
    /// <param name="sensitivity">The least sensitivity.</param>
    /// <param name="numThresholds">The number of thresholds that are tried.</param>
    /// <param name="classId">The only class that counts; null for all.</param>
    public SpecificityAtSensitivity(double sensitivity, int numThresholds = 200, int? classId = null) : base(numThresholds, classId) => Sensitivity = Part(sensitivity, "sensitivity");

    /// <summary>The least sensitivity.</summary>
    public new double Sensitivity { get; }

    /// <inheritdoc/>
    protected internal override Variable Of() => BestWhere(base.Sensitivity, Sensitivity, Specificity);
}
