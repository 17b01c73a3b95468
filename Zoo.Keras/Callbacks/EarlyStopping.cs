namespace Zoo.Keras;

/// <summary>Ends training when a value no longer gets better.</summary>
/// <param name="monitor">The value that is watched.</param>
/// <example><code>model.Fit(x, y, epochs: 100, validationSplit: 0.1, callbacks: [new EarlyStopping { Patience = 3, RestoreBestWeights = true }]);</code></example>
public sealed class EarlyStopping(string monitor = "val_loss") : Callback
{
    Monitor? watched;
    double? best;
    int wait, bestEpoch;
    int? stoppedEpoch;
    NDArray[]? weights;

    /// <summary>The value that is watched.</summary>
    public string MonitoredValue { get; } = monitor;

    /// <summary>The least change that counts as better.</summary>
    public double MinDelta { get; init; }

    /// <summary>How many epochs without getting better are borne.</summary>
    public int Patience { get; init; }

    /// <summary><c>min</c>, <c>max</c>, or <c>auto</c>: by the name.</summary>
    public string Mode { get; init; } = "auto";

    /// <summary>A value to be beaten within the patience.</summary>
    public double? Baseline { get; init; }

    /// <summary>Whether the weights of the best epoch are brought back at the end.</summary>
    public bool RestoreBestWeights { get; init; }

    /// <summary>Epochs before this one do not count.</summary>
    public int StartFromEpoch { get; init; }

    /// <summary>The epoch that ended training; null where none did.</summary>
    public int? StoppedEpoch => stoppedEpoch;

    /// <summary>The best epoch so far.</summary>
    public int BestEpoch => bestEpoch;

    /// <summary>The best value so far.</summary>
    public double? Best => best;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        watched = new(this, MonitoredValue, Mode, MinDelta);
        (best, wait, weights, stoppedEpoch, bestEpoch) = (null, 0, null, null, 0);
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory)
    {
        memory.Keep("best", ref best);
        memory.Keep("wait", ref wait);
        memory.Keep("best_epoch", ref bestEpoch);
        memory.Keep("stopped_epoch", ref stoppedEpoch);
        memory.Keep("weights", ref weights);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (watched!.Of(logs) is not { } value || epoch < StartFromEpoch) return;
        if (RestoreBestWeights && weights is null) TakeWeights(epoch);
        wait++;
        if (watched.Improves(value, best))
        {
            best = value;
            bestEpoch = epoch;
            if (RestoreBestWeights) TakeWeights(epoch);
            if (Baseline is not { } line || watched.Improves(value, line)) wait = 0;
            return;
        }
        if (wait < Patience || epoch == 0) return;
        stoppedEpoch = epoch;
        Model.StopTraining = true;
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (weights is null) return;
        for (var i = 0; i < weights.Length; i++) Model.Weights[i].Value = weights[i];
        weights = null;
    }

    void TakeWeights(int epoch)
    {
        bestEpoch = epoch;
        weights = [.. Model.Weights.Select(w => w.Value)];
    }
}
