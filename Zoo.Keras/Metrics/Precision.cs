using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The part of the 1s that were predicted which are 1s.</summary>
/// <param name="thresholds">Predictions above one count as 1; by default 0.5. Of several, one result each.</param>
/// <param name="topK">Only this many of the highest scores of a sample count as 1, whatever their value.</param>
/// <param name="classId">The only class that counts; null for all.</param>
[KerasObject("keras.metrics")]
public sealed class Precision(Thresholds thresholds = default, int? topK = null, int? classId = null) : ConfusionMetric
{
    /// <summary>Predictions above one count as 1.</summary>
    public Thresholds Thresholds { get; } = thresholds;

    /// <summary>How many of the highest scores count.</summary>
    public int? TopK { get; } = topK;

    /// <summary>The only class that counts.</summary>
    public int? ClassId { get; } = classId;

    private protected override (string, Cell)[] Counted => [("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives)];

    private protected override double[] Levels => [.. Thresholds.Values ?? [TopK is null ? 0.5 : -1e10]];

    private protected override int? Best => TopK;

    private protected override int? Class => ClassId;

    /// <inheritdoc/>
    protected internal override Variable Of() => OneOrAll(A.DivNoNan(this[Cell.TruePositives], this[Cell.TruePositives] + this[Cell.FalsePositives]));
}
