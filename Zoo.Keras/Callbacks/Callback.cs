namespace Zoo.Keras;

/// <summary>
/// Something that watches or steers Fit, Evaluate and Predict: override what is of interest. Epochs and batches are counted from 0. Called on
/// the thread that trains, between steps; an exception ends the run and leaves the model as the last whole step left it.
/// </summary>
public abstract class Callback
{
    Model? model;
    CallbackParams? run;

    /// <summary>The model of the run.</summary>
    /// <exception cref="InvalidOperationException">The callback is in no run yet.</exception>
    public Model Model => model ?? throw Unused();

    /// <summary>What the run is about to do.</summary>
    /// <exception cref="InvalidOperationException">The callback is in no run yet.</exception>
    public CallbackParams Params => run ?? throw Unused();

    /// <summary>Training begins.</summary>
    public virtual void OnTrainBegin(Logs logs) { }

    /// <summary>Training has ended; the logs are those of the last epoch.</summary>
    public virtual void OnTrainEnd(Logs logs) { }

    /// <summary>An epoch begins.</summary>
    public virtual void OnEpochBegin(int epoch, Logs logs) { }

    /// <summary>An epoch has ended, validation included (names with <c>val_</c>).</summary>
    public virtual void OnEpochEnd(int epoch, Logs logs) { }

    /// <summary>A training step begins.</summary>
    public virtual void OnTrainBatchBegin(int batch, Logs logs) { }

    /// <summary>A training step was made; the logs hold the epoch's values so far.</summary>
    public virtual void OnTrainBatchEnd(int batch, Logs logs) { }

    /// <summary>An evaluation begins, that of an epoch's end too.</summary>
    public virtual void OnTestBegin(Logs logs) { }

    /// <summary>An evaluation has ended.</summary>
    public virtual void OnTestEnd(Logs logs) { }

    /// <summary>A batch is about to be evaluated.</summary>
    public virtual void OnTestBatchBegin(int batch, Logs logs) { }

    /// <summary>A batch was evaluated; the logs hold the values so far.</summary>
    public virtual void OnTestBatchEnd(int batch, Logs logs) { }

    /// <summary>A prediction begins.</summary>
    public virtual void OnPredictBegin(Logs logs) { }

    /// <summary>A prediction has ended.</summary>
    public virtual void OnPredictEnd(Logs logs) { }

    /// <summary>A batch is about to be predicted.</summary>
    public virtual void OnPredictBatchBegin(int batch, Logs logs) { }

    /// <summary>A batch was predicted.</summary>
    public virtual void OnPredictBatchEnd(int batch, Logs logs) { }

    /// <summary>
    /// What has to survive a restart from <see cref="BackupAndRestore"/> or a <see cref="ModelCheckpoint"/>: an override names its fields, <c>memory.Keep("wait", ref wait)</c>. When a run goes on, it is called
    /// after OnTrainBegin, and in mid-epoch after that epoch's OnEpochBegin.
    /// </summary>
    protected internal virtual void Remember(CallbackMemory memory) { }

    /// <summary>Where training is.</summary>
    public TrainingProgress Progress { get; internal set; } = new();

    /// <summary>Whether runs go on from what this callback keeps, so that their data must be there again.</summary>
    internal virtual bool Resumes => false;

    /// <summary>Where an earlier run was left; null where there is nothing.</summary>
    internal virtual Training.RunState? Find() => null;

    /// <summary>All callbacks have seen the step, or the end of the epoch: the run could be left here.</summary>
    internal virtual void OnPause(Func<Training.RunState> capture) { }

    /// <summary>The last epoch has ended; the optimizer is about to finish.</summary>
    internal virtual void OnLast() { }

    internal void Enter(Model of, CallbackParams how) => (model, run) = (of, how);

    InvalidOperationException Unused() => new($"{GetType().Name}: the callback is in no run yet. Give it to Fit, Evaluate or Predict: callbacks: [new {GetType().Name}(…)].");
}
