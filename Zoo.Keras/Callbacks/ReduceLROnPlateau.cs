namespace Zoo.Keras;

/// <summary>Lowers the learning rate when a value no longer gets better. Adds the rate to the logs as <c>learning_rate</c>.</summary>
/// <param name="monitor">The value that is watched.</param>
/// <example><code>new ReduceLROnPlateau { Factor = 0.5, Patience = 3 }</code></example>
public class ReduceLROnPlateau(string monitor = "val_loss") : Callback
{
    Monitor? watched;
    double? best;
    int wait, rest;

    /// <summary>The value that is watched.</summary>
    public string MonitoredValue { get; } = monitor;

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; init => field = value is >= 0 and < 1 ? value : throw new ArgumentException($"ReduceLROnPlateau: the factor {value} is out of range. Expected a number from 0 and below 1."); } = 0.1;

    /// <summary>How many epochs without getting better are borne.</summary>
    public int Patience { get; init; } = 10;

    /// <summary><c>min</c>, <c>max</c>, or <c>auto</c>: by the name.</summary>
    public string Mode { get; init; } = "auto";

    /// <summary>The least change that counts as better.</summary>
    public double MinDelta { get; init; } = 1e-4;

    /// <summary>How many epochs are not counted after the rate was lowered.</summary>
    public int Cooldown { get; init; }

    /// <summary>The least rate.</summary>
    public double MinLR { get; init; }

    /// <summary>How many epochs more are borne the first time.</summary>
    private protected virtual int Late => 0;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        watched = new(this, MonitoredValue, Mode, MinDelta);
        (best, wait, rest) = (null, 0, 0);
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory)
    {
        memory.Keep("best", ref best);
        memory.Keep("wait", ref wait);
        memory.Keep("cooldown", ref rest);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        var several = Model.Optimizer as MultiOptimizer;
        Optimizer[] optimizers = [.. several?.Optimizers ?? [Model.Optimizer!]];
        foreach (var optimizer in optimizers) logs[several is null ? "learning_rate" : $"learning_rate_{optimizer.Name}"] = optimizer.CurrentLearningRate;
        if (watched!.Of(logs) is not { } value) return;
        if (rest > 0) (rest, wait) = (rest - 1, 0);
        if (watched.Improves(value, best)) (best, wait) = (value, 0);
        else if (rest == 0 && ++wait >= Patience + Late && Array.FindAll(optimizers, o => o.CurrentLearningRate > (float)MinLR) is { Length: > 0 } lowered)
        {
            foreach (var optimizer in lowered)
            {
                optimizer.LearningRate = Math.Max(optimizer.CurrentLearningRate * Factor, MinLR);
                if (Params.Verbose > 0) Console.WriteLine($"Epoch {epoch + 1}: ReduceLROnPlateau lowers the learning rate of {optimizer.Name} to {optimizer.LearningRate}.");
            }
            (rest, wait) = (Cooldown, Late);
        }
    }
}
