namespace Zoo.Keras;

/// <summary>A callback of functions: <c>new LambdaCallback { EpochEnd = (epoch, logs) => … }</c>.</summary>
public sealed class LambdaCallback : Callback
{
    /// <summary>Training begins.</summary>
    public Action<Logs>? TrainBegin { get; init; }

    /// <summary>Training has ended.</summary>
    public Action<Logs>? TrainEnd { get; init; }

    /// <summary>An epoch begins.</summary>
    public Action<int, Logs>? EpochBegin { get; init; }

    /// <summary>An epoch has ended.</summary>
    public Action<int, Logs>? EpochEnd { get; init; }

    /// <summary>A training step begins.</summary>
    public Action<int, Logs>? TrainBatchBegin { get; init; }

    /// <summary>A training step was made.</summary>
    public Action<int, Logs>? TrainBatchEnd { get; init; }

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs) => TrainBegin?.Invoke(logs);

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => TrainEnd?.Invoke(logs);

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs) => EpochBegin?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => EpochEnd?.Invoke(epoch, logs);

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch, Logs logs) => TrainBatchBegin?.Invoke(batch, logs);

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs) => TrainBatchEnd?.Invoke(batch, logs);
}
