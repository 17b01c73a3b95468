namespace Zoo.Keras.Metrics;

/// <summary>How many 1s were found.</summary>
/// <param name="thresholds">Predictions above one count as 1; by default 0.5. Of several, one result each.</param>
[KerasObject("keras.metrics")]
public sealed class TruePositives(Thresholds thresholds = default) : ConfusionMetric
{
    /// <summary>Predictions above one count as 1.</summary>
    public Thresholds Thresholds { get; } = thresholds;

    private protected override (string, Cell)[] Counted => [("accumulator", Cell.TruePositives)];

    private protected override double[] Levels => [.. Thresholds.Values ?? [0.5]];

    /// <inheritdoc/>
    protected internal override Variable Of() => OneOrAll(this[Cell.TruePositives]);
}
