using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Several optimizers, each for weights of its own.</summary>
/// <example><code>new MultiOptimizer(new OptimizerMap(new SGD(), new() { ["head/.*"] = new Adam() }))</code></example>
[KerasObject("keras.optimizers"), KerasOmit("learning_rate"), KerasOmit("weight_decay"), KerasOmit("clipnorm"), KerasOmit("global_clipnorm"), KerasOmit("clipvalue"), KerasOmit("use_ema"), KerasOmit("ema_momentum"), KerasOmit("ema_overwrite_frequency"), KerasOmit("gradient_accumulation_steps")]
public sealed class MultiOptimizer(OptimizerMap optimizerMap) : Optimizer(0)
{
    /// <summary>Which optimizer updates which weights.</summary>
    public OptimizerMap OptimizerMap { get; } = optimizerMap;

    /// <summary>The optimizers, each once.</summary>
    [KerasIgnore]
    public IReadOnlyList<Optimizer> Optimizers => [.. OptimizerMap.Map.Values.Append(OptimizerMap.DefaultOptimizer).Distinct()];

    /// <inheritdoc/>
    public override LearningRate LearningRate { get => OptimizerMap.DefaultOptimizer.LearningRate; set => throw new InvalidOperationException($"MultiOptimizer: the learning rate cannot be set to {value}, for there are {Optimizers.Count} optimizers. Expected it to be set of one of them. Use Optimizers."); }

    /// <inheritdoc/>
    public override double CurrentLearningRate => OptimizerMap.DefaultOptimizer.CurrentLearningRate;

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Variables => [.. Own, .. Optimizers.SelectMany(o => o.Variables)];

    internal override IReadOnlyList<Parameter> VariablesOf(IReadOnlyList<Parameter> trained)
    {
        Build(trained);
        return [.. Own, .. Optimizers.SelectMany(o => o.VariablesOf([.. trained.Where(w => OptimizerMap.For(w) == o)]))];
    }

    internal override void Build(IEnumerable<Parameter> trained)
    {
        base.Build([]);
        foreach (var group in trained.GroupBy(OptimizerMap.For)) group.Key.Build(group);
    }

    internal override List<(Parameter Target, Variable Value)> Updates(IReadOnlyList<WeightGradient> pairs, IReadOnlyList<Variable>? squares = null)
    {
        Build(pairs.Select(p => p.Weight));
        return [.. pairs.GroupBy(p => OptimizerMap.For(p.Weight)).SelectMany(g => g.Key.Updates([.. g.Select(p => new WeightGradient(p.Weight, Unscaled(p.Gradient), p.Size ?? SizeOf(p.Weight, p.Gradient, g => g)))], squares)), (StepCount, StepCount.Variable + 1)];
    }

    internal override Variable? SizeOf(Parameter weight, Variable gradient, Func<Variable, Variable> unscaled) => OptimizerMap.For(weight).SizeOf(weight, gradient, g => Unscaled(unscaled(g)));

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step) =>
        throw new InvalidOperationException("MultiOptimizer: it updates no weight itself. Expected Update of one of its Optimizers.");

    internal override bool IsJoint => true;   // whole weights have their optimizers, pieces do not

    internal override void Clips((double, double)? range, double? norm)
    {
        if (norm is not null) throw new InvalidOperationException($"MultiOptimizer: the norm {norm} of all gradients cannot be kept by {Optimizers.Count} optimizers. Expected one optimizer. Give each a GlobalClipnorm of its own.");
        foreach (var optimizer in Optimizers) optimizer.Clips(range, norm);
    }

    internal override IEnumerable<(Parameter Weight, Parameter Average)> Averages => Optimizers.SelectMany(o => o.Averages);

    internal override void Finish()
    {
        foreach (var optimizer in Optimizers) optimizer.Finish();
    }
}
