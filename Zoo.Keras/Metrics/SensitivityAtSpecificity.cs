namespace Zoo.Keras.Metrics;

/// <summary>The best sensitivity at thresholds whose specificity is high enough.</summary>
[KerasObject("keras.metrics")]
public sealed class SensitivityAtSpecificity : ConstrainedMetric
{
    /// <summary>The metric for a least specificity.</summary>
    /// <param name="specificity">The least specificity.</param>
    /// <param name="numThresholds">The number of thresholds that are tried.</param>
    /// <param name="classId">The only class that counts; null for all.</param>
    public SensitivityAtSpecificity(double specificity, int numThresholds = 200, int? classId = null) : base(numThresholds, classId) => Specificity = Part(specificity, "specificity");

    /// <summary>The least specificity.</summary>
    public new double Specificity { get; }

    /// <inheritdoc/>
    protected internal override Variable Of() => BestWhere(base.Specificity, Specificity, Sensitivity);
}
