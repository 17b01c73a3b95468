namespace Zoo.Keras;

/// <summary>Sets the learning rate at the beginning of each epoch, and adds it to the logs as <c>learning_rate</c>.</summary>
/// <param name="schedule">The new rate, from the number of the epoch (from 0) and the rate so far.</param>
/// <example><code>new LearningRateScheduler((epoch, rate) => epoch &lt; 10 ? rate : rate * 0.9)</code></example>
public sealed class LearningRateScheduler(Func<int, double, double> schedule) : Callback
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A schedule of the optimizer gives the rate.</exception>
    public override void OnEpochBegin(int epoch, Logs logs)
    {
        var optimizer = Model.Optimizer!;
        optimizer.LearningRate = schedule(epoch, optimizer.CurrentLearningRate);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => logs["learning_rate"] = Model.Optimizer!.CurrentLearningRate;
}
