using System.Diagnostics;
using Zoo.Keras.Summary;

namespace Zoo.Keras;

/// <summary>
/// Writes a log that TensorBoard shows (<c>tensorboard --logdir logs</c>): loss and metrics of each epoch under Keras' tags (<c>epoch_loss</c>), in the
/// folders <c>train</c> and <c>validation</c>, the model's graph, and how weights are distributed.
/// </summary>
/// <remarks>Of Keras' arguments <c>write_images</c>, <c>profile_batch</c>, <c>embeddings_freq</c> and <c>embeddings_metadata</c> are absent.</remarks>
/// <example><code>model.Fit(x, y, epochs: 3, callbacks: [new TensorBoard("logs/lenet") { UpdateFreq = 50 }]);</code></example>
public sealed class TensorBoard : Callback
{
    EventWriter? train, validation;
    long steps, stepsAtEpoch, epochBegan;

    /// <summary>A log in a folder, which is made where it is absent.</summary>
    public TensorBoard(string logDir = "logs")
    {
        ArgumentException.ThrowIfNullOrEmpty(logDir);
        LogDir = logDir;
    }

    /// <summary>The folder of the log.</summary>
    public string LogDir { get; }

    /// <summary>Whether the model's graph is written when training begins.</summary>
    public bool WriteGraph { get; init; } = true;

    /// <summary>Whether the steps a second of each epoch are written.</summary>
    public bool WriteStepsPerSecond { get; init; }

    /// <summary>After how many epochs the distribution of each weight is written (tags <c>dense/kernel/histogram</c>); 0 for never.</summary>
    public int HistogramFreq { get; init => field = value >= 0 ? value : throw new ArgumentException($"TensorBoard: histogramFreq is {value}. Expected a number of epochs, or 0."); }

    /// <summary>Whether values are written for batches too (tags <c>batch_loss</c>, …); reading them costs little, writing each some microseconds.</summary>
    public UpdateFrequency UpdateFreq { get; init; } = UpdateFrequency.Epoch;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        Close(); // what an earlier run left that was broken off
        train = new(Path.Combine(LogDir, "train"));
        if (WriteGraph) train.Graph(ModelGraphDef.Of(Model));
        train.Flush();
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory) => memory.Keep("steps", ref steps);

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs) => (stepsAtEpoch, epochBegan) = (steps, Stopwatch.GetTimestamp());

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        var step = steps++;
        if (UpdateFreq.Batches == 0 || step % UpdateFreq.Batches != 0) return;
        foreach (var (name, value) in logs) train?.Scalar($"batch_{name}", value, step);
    }

    /// <inheritdoc/>
    public override void OnTestEnd(Logs logs)
    {
        foreach (var (name, value) in logs) Validation.Scalar($"evaluation_{name}_vs_iterations", value, steps);
        Validation.Flush();
        if (train is null) Close(); // an Evaluate of its own: nothing follows
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        foreach (var (name, value) in logs)
            if (name.StartsWith("val_", StringComparison.Ordinal)) Validation.Scalar($"epoch_{name[4..]}", value, epoch);
            else train?.Scalar($"epoch_{name}", value, epoch);
        if (Model.Optimizer is { } optimizer) train?.Scalar("epoch_learning_rate", optimizer.CurrentLearningRate, epoch);
        if (WriteStepsPerSecond) train?.Scalar("epoch_steps_per_second", (steps - stepsAtEpoch) / Stopwatch.GetElapsedTime(epochBegan).TotalSeconds, epoch);
        if (HistogramFreq > 0 && epoch % HistogramFreq == 0)
            foreach (var weight in Model.Weights) train?.Histogram($"{weight.Path}/histogram", weight.Value, epoch);
        train?.Flush();
        validation?.Flush();
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => Close();

    /// <summary>Opened when the first value comes, so that no empty run is shown.</summary>
    EventWriter Validation => validation ??= new(Path.Combine(LogDir, "validation"));

    void Close()
    {
        train?.Dispose();
        validation?.Dispose();
        (train, validation) = (null, null);
    }
}
