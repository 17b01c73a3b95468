using Zoo.Autograd.Engine;

namespace Zoo.Keras.Training;

/// <summary>What Compile was told.</summary>
internal sealed record Compilation(Optimizer Optimizer, OutputLosses? Losses, OutputMetrics? Metrics, OutputWeights? LossWeights, OutputMetrics? WeightedMetrics, IEngine? Engine, int StepsPerExecution = 1)
{
    /// <summary>The tasks of a model's outputs.</summary>
    internal OutputTask[] Tasks(string[] outputs)
    {
        var losses = Losses?.For(outputs) ?? new LossFunction?[outputs.Length];
        var weights = LossWeights?.For(outputs);
        var (metrics, weighted) = ((Metrics ?? []).For(outputs), (WeightedMetrics ?? []).For(outputs));
        return [.. outputs.Select((name, i) => new OutputTask(name, i, losses[i]?.Loss, weights?[i] ?? 1, metrics[i], weighted[i]))];
    }
}

/// <summary>What is measured of one output.</summary>
internal sealed record OutputTask(string Name, int Index, Loss? Loss, double LossWeight, MetricFunction[] Metrics, MetricFunction[] Weighted)
{
    /// <summary>Whether labels are needed.</summary>
    internal bool IsMeasured => Loss is not null || Metrics.Length > 0 || Weighted.Length > 0;

    internal bool TakesClasses => Loss?.TakesClasses ?? Metrics.Concat(Weighted).Any(m => m.TakesClasses);
}
