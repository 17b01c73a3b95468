namespace Zoo.Keras.Metrics;

/// <summary>How many 0s were found.</summary>
/// <param name="thresholds">Predictions above one count as 1; by default 0.5. Of several, one result each.</param>
[KerasObject("keras.metrics")]
public sealed class TrueNegatives(Thresholds thresholds = default) : ConfusionMetric
{
    /// <summary>Predictions above one count as 1.</summary>
    public Thresholds Thresholds { get; } = thresholds;

    private protected override (string, Cell)[] Counted => [("accumulator", Cell.TrueNegatives)];

    private protected override double[] Levels => [.. Thresholds.Values ?? [0.5]];

    /// <inheritdoc/>
    protected internal override Variable Of() => OneOrAll(this[Cell.TrueNegatives]);
}
