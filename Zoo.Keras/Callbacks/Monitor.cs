namespace Zoo.Keras;

/// <summary>A watched value: where it is found in the logs, and which of two values is the better one.</summary>
internal sealed class Monitor
{
    static readonly string[] Rising = ["acc", "auc", "precision", "recall", "f1_score", "fbeta_score", "iou", "r2_score", "similarity", "correlation", "dice", "hit"];
    readonly Callback owner;
    readonly string name;
    readonly double minDelta;
    readonly bool rising;

    internal Monitor(Callback owner, string name, string mode, double minDelta = 0)
    {
        (this.owner, this.name, this.minDelta) = (owner, name, Math.Abs(minDelta));
        rising = mode switch
        {
            "min" => false,
            "max" => true,
            "auto" => !name.EndsWith("loss", StringComparison.Ordinal) && Array.Exists(Rising, name.Contains),
            _ => throw new ArgumentException($"{owner.GetType().Name}: the mode '{mode}' is not known. Expected auto, min or max."),
        };
    }

    internal bool Improves(double value, double? best) => best is not { } b || (rising ? value - minDelta > b : value + minDelta < b);

    /// <summary>The value of this epoch; null in an epoch without validation.</summary>
    /// <exception cref="ArgumentException">No epoch will have it.</exception>
    internal double? Of(Logs logs)
    {
        if (logs.TryGetValue(name, out var value)) return value;
        if (name.StartsWith("val_", StringComparison.Ordinal) && owner.Params.HasValidation) return null;
        throw new ArgumentException($"{owner.GetType().Name}: it watches '{name}', which this run does not measure; there are {string.Join(", ", logs.Keys)}. Expected one of these. Name the metric in Compile, or give Fit validation data for names with val_.");
    }
}
