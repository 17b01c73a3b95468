namespace Zoo.Keras.Metrics;

/// <summary>How many 0s were taken for 1s.</summary>
/// <param name="thresholds">Predictions above one count as 1; by default 0.5. Of several, one result each.</param>
[KerasObject("keras.metrics")]
public sealed class FalsePositives(Thresholds thresholds = default) : ConfusionMetric
{
    /// <summary>Predictions above one count as 1.</summary>
    public Thresholds Thresholds { get; } = thresholds;

    private protected override (string, Cell)[] Counted => [("accumulator", Cell.FalsePositives)];

    private protected override double[] Levels => [.. Thresholds.Values ?? [0.5]];

    /// <inheritdoc/>
    protected internal override Variable Of() => OneOrAll(this[Cell.FalsePositives]);
}
