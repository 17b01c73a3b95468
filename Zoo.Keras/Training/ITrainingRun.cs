namespace Zoo.Keras.Training;

/// <summary>Makes the steps of one Fit or Evaluate.</summary>
internal interface ITrainingRun : IDisposable
{
    /// <summary>A training step on a batch. If it fails or is cancelled, nothing has changed.</summary>
    void Train(StepPrograms programs, NDArray[] feeds, CancellationToken cancel);

    /// <summary>An evaluation step.</summary>
    void Test(StepPrograms programs, NDArray[] feeds, CancellationToken cancel);

    /// <summary>Sets losses and metrics back.</summary>
    void Reset();

    /// <summary>The states of losses and metrics so far.</summary>
    IReadOnlyList<NDArray> Measured { get; set; }

    /// <summary>The loss of the last step.</summary>
    double LastLoss { get; }

    /// <summary>Fills logs with the values of losses and metrics.</summary>
    void Read(Logs logs);

    /// <summary>Milliseconds that each phase of a training step took on average since this was asked last; none where steps have no phases.</summary>
    IReadOnlyDictionary<string, double> TakePhases() => System.Collections.Immutable.ImmutableDictionary<string, double>.Empty;

    /// <summary>All steps are made: weights and the optimizer's memory are the model's.</summary>
    void Finish();
}

/// <summary>Computes the batches of one Predict.</summary>
internal interface IPredictingRun : IDisposable
{
    /// <summary>The outputs for a batch.</summary>
    NDArray[] Predict(NDArray[] feeds, CancellationToken cancel);
}

/// <summary>Steps made in this process.</summary>
internal sealed class LocalRun(Trainer trainer, bool guarded) : ITrainingRun
{
    public void Train(StepPrograms programs, NDArray[] feeds, CancellationToken cancel) => programs.Train(guarded).Run(feeds, [], cancel);

    public void Test(StepPrograms programs, NDArray[] feeds, CancellationToken cancel) => programs.Test.Run(feeds, [], cancel);

    public void Reset() => trainer.Meters?.Reset();

    public double LastLoss => trainer.Meters?.Last.Value.ToNumber() ?? double.NaN;

    public IReadOnlyList<NDArray> Measured
    {
        get => trainer.Meters?.Values ?? [];
        set => trainer.Meters!.Values = value;
    }

    public void Read(Logs logs) => trainer.Meters?.Read(logs);

    public void Finish() { }

    public void Dispose() { }
}
