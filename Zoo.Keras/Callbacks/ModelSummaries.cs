using System.Diagnostics;
using Zoo.Keras.Summary;

namespace Zoo.Keras;

/// <summary>Zoo's summaries of training and validation: kept, and written as TensorBoard logs.</summary>
/// <param name="folder">The folder of the logs.</param>
/// <param name="only"><c>train</c> or <c>validation</c>, where the other is not recorded.</param>
internal sealed class ModelSummaries(string folder, string? only = null) : Callback
{
    readonly Dictionary<(string Kind, string Tag), List<SummaryValue>> values = [];
    readonly Dictionary<string, EventWriter> writers = [];
    long began;

    internal IReadOnlyList<SummaryValue> Of(string kind, string tag) => values.TryGetValue((kind, tag), out var list) ? list
        : throw new KeyNotFoundException($"{kind} summary: there is no '{tag}'. Expected one of {string.Join(", ", values.Keys.Where(k => k.Kind == kind).Select(k => k.Tag))}.");

    /// <inheritdoc/>
    public override void OnTrainBatchBegin(int batch, Logs logs) => began = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        var seconds = Math.Max(Stopwatch.GetElapsedTime(began).TotalSeconds, 1e-9);
        Add("train", "Loss", Progress.Loss);
        Add("train", "LearningRate", Model.Optimizer!.CurrentLearningRate);
        Add("train", "Throughput", Progress.Samples / seconds);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        foreach (var (name, value) in logs)
            if (name.StartsWith("val_", StringComparison.Ordinal)) Add("validation", name == "val_loss" ? "Loss" : name[4..], value);
        foreach (var writer in writers.Values) writer.Flush();
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        foreach (var writer in writers.Values) writer.Dispose();
        writers.Clear();
    }

    void Add(string kind, string tag, double value)
    {
        if (only is not null && kind != only) return;
        if (!values.TryGetValue((kind, tag), out var list)) values[(kind, tag)] = list = [];
        list.Add(new(Progress.Iteration, value, DateTimeOffset.UtcNow));
        if (!writers.TryGetValue(kind, out var writer)) writers[kind] = writer = new(Path.Combine(folder, kind));
        writer.Scalar(tag, value, Progress.Iteration);
    }
}
