using Zoo.Autograd.Engine;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

/// <summary>The means of the losses and the metrics of a model, in the order of the logs. Their state lives on the engine; it is read when somebody asks.</summary>
internal sealed class Meters
{
    readonly List<(string Name, Metric Metric)> all = [];
    readonly Metrics.Mean loss = new() { Name = "loss" };
    readonly Dictionary<int, Metrics.Mean> losses = [];
    readonly Dictionary<int, (Metric Metric, bool Weighted)[]> metrics = [];
    readonly ISession reading;
    readonly NDArray?[] values;

    internal Meters(IEngine engine, OutputTask[] tasks, Func<OutputTask, Shape> labels, Func<OutputTask, Shape> predictions)
    {
        var (several, measured) = (tasks.Length > 1, tasks.Count(t => t.Loss is not null));
        all.Add(("loss", loss));
        foreach (var task in tasks)
            if (measured > 1 && task.Loss is not null) all.Add(($"{task.Name}_loss", losses[task.Index] = new()));
        foreach (var task in tasks)
        {
            if (!task.IsMeasured) continue;
            metrics[task.Index] = [.. task.Metrics.Select(m => (m.For(labels(task), predictions(task)), false)), .. task.Weighted.Select(m => (m.For(labels(task), predictions(task)), true))];
            foreach (var (metric, _) in metrics[task.Index])
            {
                metric.BuildOnce(labels(task), predictions(task));
                all.Add((several ? $"{task.Name}_{metric.Name}" : metric.Name, metric));
            }
        }
        if (all.GroupBy(m => m.Name).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            throw new ArgumentException($"Compile: two metrics are named '{twice.Key}'. Expected a name of its own for each. Set Name of one of them.");
        values = new NDArray?[all.Count];
        reading = engine.Compile(new() { Name = "metrics", Feeds = [], Fetches = [.. all.Select(m => A.Cast(m.Metric.Of(), DType.Float32))] });
    }

    internal IEnumerable<string> Names => all.Select(m => m.Name);

    /// <summary>The states of all of them; those of parts of a batch add up.</summary>
    internal IEnumerable<Parameter> States => all.SelectMany(m => m.Metric.Variables).Distinct();

    /// <summary>The new states after a batch, or after a part of one.</summary>
    /// <param name="total">What is minimised.</param>
    /// <param name="rows">The number of samples.</param>
    /// <param name="share">The part of the batch, where it is not the whole: losses are then those of the part, already divided by what belongs to the whole.</param>
    /// <param name="outputs">What was computed.</param>
    internal IEnumerable<(Parameter, Variable)> Updates(Variable total, Variable rows, Variable? share, IEnumerable<(OutputTask Task, Variable Labels, Variable Predictions, Variable? Loss, Variable? Weights, Variable? Mask)> outputs)
    {
        var result = loss.Updates(Whole(total), Whole(total), rows).ToList();
        foreach (var (task, labels, predictions, value, weights, mask) in outputs)
        {
            // Keras takes the plain mean over batches here, a short last one counting as much as the others
            if (value is not null && losses.TryGetValue(task.Index, out var own)) result.AddRange(own.Updates(Whole(value), Whole(value), share));
            foreach (var (metric, weighted) in metrics[task.Index])
                result.AddRange(metric.Updates(labels, predictions, !weighted || weights is null ? null : mask is not null && metric is MeanMetric ? Ranks.Times(weights, mask) : weights));
        }
        return result;

        Variable Whole(Variable part) => share is null ? part : part / A.Cast(share, part.DType);
    }

    /// <summary>Fills logs with the values so far.</summary>
    internal void Read(Logs logs)
    {
        lock (all)
        {
            reading.Run([], values);
            for (var i = 0; i < values.Length; i++)
                if (values[i]!.Count == 1) logs[all[i].Name] = values[i]!.Number(0);
                else for (var k = 0; k < values[i]!.Count; k++) logs[$"{all[i].Name}_{k}"] = values[i]!.Number(k);
        }
    }

    internal void Reset()
    {
        foreach (var (_, metric) in all) metric.ResetState();
    }
}
