using Zoo.Autograd.Engine;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

/// <summary>What was computed for one output.</summary>
internal sealed record Measured(OutputTask Task, Variable Labels, Variable Predictions, Variable? Loss, Variable? Weights, Variable? Mask);

/// <summary>The means of the losses and the metrics of a model, in the order of the logs. Their state lives on the engine; it is read when somebody asks.</summary>
internal sealed class Meters
{
    readonly List<(string Name, Metric Metric)> all = [];
    readonly Metrics.Mean loss;
    readonly Dictionary<int, Metrics.Mean> losses = [];
    readonly Dictionary<int, (Metric Metric, bool Weighted)[]> metrics = [];
    readonly Dictionary<string, Metrics.Mean> tracked = [];
    readonly IEngine engine;
    ISession reading = null!;
    NDArray?[] values = [];

    internal Meters(IEngine engine, OutputTask[] tasks, Func<OutputTask, Shape> labels, Func<OutputTask, Shape> predictions, DType dtype)
    {
        this.engine = engine;
        loss = new() { Name = "loss", Dtype = dtype };
        var (several, measured) = (tasks.Length > 1, tasks.Count(t => t.Loss is not null));
        all.Add(("loss", loss));
        foreach (var task in tasks)
            if (measured > 1 && task.Loss is not null) all.Add(($"{task.Name}_loss", losses[task.Index] = new() { Dtype = dtype }));
        foreach (var task in tasks)
        {
            if (!task.IsMeasured) continue;
            metrics[task.Index] = [.. task.Metrics.Select(m => (m.For(labels(task), predictions(task)), false)), .. task.Weighted.Select(m => (m.For(labels(task), predictions(task)), true))];
            foreach (var (metric, _) in metrics[task.Index]) metric.BuildOnce(labels(task), predictions(task));
        }
        var taken = new HashSet<string>();
        foreach (var isWeighted in new[] { false, true })
            foreach (var task in tasks)
                foreach (var (metric, weighted) in metrics.GetValueOrDefault(task.Index, []))
                    if (weighted == isWeighted) all.Add((Free(taken, several ? $"{task.Name}_" : "", metric.Name, weighted), metric));
        Prepare();
    }

    /// <summary>Keras' name of a metric in logs: where it is taken, a weighted one says so, and others are numbered.</summary>
    static string Free(HashSet<string> taken, string output, string name, bool weighted)
    {
        var wanted = output + name;
        if (taken.Add(wanted)) return wanted;
        if (weighted && taken.Add(wanted = $"{output}weighted_{name}")) return wanted;
        for (var i = 1; ; i++)
            if (taken.Add($"{wanted}_{i}")) return $"{wanted}_{i}";
    }

    /// <summary>What gives the values of all; the states are made here.</summary>
    void Prepare()
    {
        if (all.GroupBy(m => m.Name).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            throw new ArgumentException($"Compile: two metrics are named '{twice.Key}'. Expected a name of its own for each. Set Name of one of them.");
        values = new NDArray?[all.Count];
        reading = engine.Compile(new() { Name = "metrics", Feeds = [], Fetches = [.. all.Select(m => A.Cast(m.Metric.Of(), DType.Float64))] });
    }

    /// <summary>The loss of the last step.</summary>
    internal Parameter Last { get; } = new("last_loss", Shape.Scalar, DType.Float32, () => NDArray.Scalar(0), trainable: false);

    /// <summary>The values of <see cref="States"/>.</summary>
    internal IReadOnlyList<NDArray> Values
    {
        get => [.. States.Select(s => s.Value)];
        set
        {
            foreach (var (state, one) in States.Zip(value)) state.Value = one;
        }
    }

    internal IEnumerable<string> Names => all.Select(m => m.Name);

    /// <summary>The states of all of them; those of parts of a batch add up.</summary>
    internal IEnumerable<Parameter> States => all.SelectMany(m => m.Metric.Variables).Distinct().Append(Last);

    /// <summary>The new states after a batch, or after a part of one.</summary>
    /// <param name="total">What is minimised.</param>
    /// <param name="rows">The number of samples.</param>
    /// <param name="share">The part of the batch, where it is not the whole: losses are then those of the part, already divided by what belongs to the whole.</param>
    /// <param name="outputs">What was computed.</param>
    /// <param name="more">Numbers that the model's own step has logs show.</param>
    internal IEnumerable<(Parameter, Variable)> Updates(Variable total, Variable rows, Variable? share, IEnumerable<Measured> outputs, IEnumerable<(string Name, Variable Value)>? more = null)
    {
        var result = loss.Updates(Whole(total), Whole(total), rows).Append((Last, A.Cast(total, DType.Float32))).ToList();
        foreach (var (task, labels, predictions, value, weights, mask) in outputs)
        {
            // Keras takes the plain mean over batches here, a short last one counting as much as the others
            if (value is not null && losses.TryGetValue(task.Index, out var own)) result.AddRange(own.Updates(Whole(value), Whole(value), share));
            foreach (var (metric, weighted) in metrics[task.Index])
                result.AddRange(metric.Updates(labels, predictions, !weighted || weights is null ? null : mask is not null && metric is MeanMetric ? Ranks.Times(weights, mask) : weights));
        }
        foreach (var (name, value) in more ?? []) result.AddRange(Track(name).Updates(value, value, rows));
        return result;

        Variable Whole(Variable part) => share is null ? part : part / A.Cast(share, part.DType);
    }

    Metrics.Mean Track(string name)
    {
        if (tracked.TryGetValue(name, out var mean)) return mean;
        tracked[name] = mean = new() { Name = name };
        lock (all)
        {
            all.Add((name, mean));
            Prepare();
        }
        return mean;
    }

    /// <summary>Fills logs with the values so far.</summary>
    internal void Read(Logs logs)
    {
        lock (all)
        {
            reading.Run([], values);
            for (var i = 0; i < values.Length; i++)
                if (tracked.TryGetValue(all[i].Name, out var mean) && mean.IsEmpty) continue;   // evaluation tracks nothing
                else if (values[i]!.Count == 1) logs[all[i].Name] = values[i]!.Number(0);
                else for (var k = 0; k < values[i]!.Count; k++) logs[$"{all[i].Name}_{k}"] = values[i]!.Number(k);
        }
    }

    internal void Reset()
    {
        foreach (var (_, metric) in all) metric.ResetState();
    }
}
