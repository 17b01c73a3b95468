namespace Zoo.Keras.Schedules;

/// <summary>
/// BigDL's schedule that lowers the rate when a value no longer gets better, as a callback. Other than <see cref="ReduceLROnPlateau"/> it waits one epoch more the first time.
/// </summary>
/// <param name="monitor">The value that is watched.</param>
/// <param name="factor">What the rate is multiplied by.</param>
/// <param name="patience">How many epochs without getting better are borne.</param>
/// <param name="mode"><c>min</c> or <c>max</c>.</param>
/// <param name="epsilon">The least change that counts as better.</param>
/// <param name="cooldown">How many epochs are not counted after the rate was lowered.</param>
/// <param name="minLr">The least rate.</param>
public sealed class Plateau(string monitor = "val_loss", double factor = 0.1, int patience = 10, string mode = "min", double epsilon = 1e-4, int cooldown = 0, double minLr = 0) : Callback
{
    readonly double factor = factor is >= 0 and < 1 ? factor : throw new ArgumentException($"Plateau: the factor {factor} is out of range. Expected a number from 0 and below 1.");
    Monitor? watched;
    double? best;
    int wait, rest;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        watched = new(this, monitor, mode, epsilon);
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
        if (watched!.Of(logs) is not { } value) return;
        var optimizer = Model.Optimizer!;
        if (rest > 0) (rest, wait) = (rest - 1, 0);
        if (watched.Improves(value, best)) (best, wait) = (value, 0);
        else if (rest <= 0)
        {
            if (wait >= patience && optimizer.CurrentLearningRate > minLr * 1.0001)
            {
                optimizer.LearningRate = Math.Max(optimizer.CurrentLearningRate * factor, minLr);
                (rest, wait) = (cooldown, 0);
            }
            wait++;
        }
    }
}
