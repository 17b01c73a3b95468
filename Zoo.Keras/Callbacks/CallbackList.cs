namespace Zoo.Keras;

/// <summary>The callbacks of one run, called in order.</summary>
internal sealed class CallbackList
{
    readonly Callback[] callbacks;
    readonly Model model;

    internal CallbackList(Model model, CallbackParams how, IEnumerable<Callback> callbacks)
    {
        (this.model, this.callbacks) = (model, [.. callbacks]);
        foreach (var callback in this.callbacks) ArgumentNullException.ThrowIfNull(callback, nameof(callbacks));
        Describe(how);
    }

    internal static Logs None => new();

    internal IReadOnlyList<Callback> All => callbacks;

    internal CallbackParams Params { get; private set; } = null!;

    /// <summary>Tells what the run is about to do; again when more becomes known.</summary>
    internal void Describe(CallbackParams how)
    {
        Params = how;
        foreach (var callback in callbacks) callback.Enter(model, how);
    }

    internal void Reach(TrainingProgress progress) { foreach (var c in callbacks) c.Progress = progress; }
    internal void Pause(Func<Training.RunState> capture) { foreach (var c in callbacks) c.OnPause(capture); }
    internal void Last() { foreach (var c in callbacks) c.OnLast(); }
    internal void TrainBegin(Logs logs) { foreach (var c in callbacks) c.OnTrainBegin(logs); }
    internal void TrainEnd(Logs logs) { foreach (var c in callbacks) c.OnTrainEnd(logs); }
    internal void EpochBegin(int epoch, Logs logs) { foreach (var c in callbacks) c.OnEpochBegin(epoch, logs); }
    internal void EpochEnd(int epoch, Logs logs) { foreach (var c in callbacks) c.OnEpochEnd(epoch, logs); }
    internal void TrainBatchBegin(int batch, Logs logs) { foreach (var c in callbacks) c.OnTrainBatchBegin(batch, logs); }
    internal void TrainBatchEnd(int batch, Logs logs) { foreach (var c in callbacks) c.OnTrainBatchEnd(batch, logs); }
    internal void TestBegin(Logs logs) { foreach (var c in callbacks) c.OnTestBegin(logs); }
    internal void TestEnd(Logs logs) { foreach (var c in callbacks) c.OnTestEnd(logs); }
    internal void TestBatchBegin(int batch, Logs logs) { foreach (var c in callbacks) c.OnTestBatchBegin(batch, logs); }
    internal void TestBatchEnd(int batch, Logs logs) { foreach (var c in callbacks) c.OnTestBatchEnd(batch, logs); }
    internal void PredictBegin(Logs logs) { foreach (var c in callbacks) c.OnPredictBegin(logs); }
    internal void PredictEnd(Logs logs) { foreach (var c in callbacks) c.OnPredictEnd(logs); }
    internal void PredictBatchBegin(int batch, Logs logs) { foreach (var c in callbacks) c.OnPredictBatchBegin(batch, logs); }
    internal void PredictBatchEnd(int batch, Logs logs) { foreach (var c in callbacks) c.OnPredictBatchEnd(batch, logs); }
}
