using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// For half precision: the loss is multiplied by a scale, so that small gradients are not lost, and gradients are divided by it again for an optimizer within. A step
/// with gradients that are not finite is left out and halves the scale; after many good steps it doubles. In Keras' form.
/// </summary>
[KerasObject("keras.optimizers"), KerasOmit("learning_rate"), KerasOmit("weight_decay"), KerasOmit("clipnorm"), KerasOmit("global_clipnorm"), KerasOmit("clipvalue"), KerasOmit("use_ema"), KerasOmit("ema_momentum"), KerasOmit("ema_overwrite_frequency"), KerasOmit("loss_scale_factor"), KerasOmit("gradient_accumulation_steps")]
public sealed class LossScaleOptimizer(Optimizer innerOptimizer, double initialScale = 32768, int dynamicGrowthSteps = 2000) : Optimizer(0)
{
    readonly Parameter counter = new("step_counter", [], DType.Int64, () => NDArray.Scalar(0, DType.Int64), trainable: false);
    readonly Parameter scale = new("dynamic_scale", [], DType.Float32, () => NDArray.Scalar(initialScale, DType.Float32), trainable: false);

    /// <summary>The optimizer that updates the weights.</summary>
    public Optimizer InnerOptimizer { get; } = innerOptimizer;

    /// <summary>The first scale.</summary>
    public double InitialScale { get; } = initialScale;

    /// <summary>After how many good steps the scale doubles.</summary>
    public int DynamicGrowthSteps { get; } = dynamicGrowthSteps;

    /// <summary>The scale now.</summary>
    [KerasIgnore]
    public double DynamicScale => scale.Value.ToNumber();

    /// <inheritdoc/>
    public override LearningRate LearningRate { get => InnerOptimizer.LearningRate; set => InnerOptimizer.LearningRate = value; }

    /// <inheritdoc/>
    public override double CurrentLearningRate => InnerOptimizer.CurrentLearningRate;

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    internal override Parameter Iterations => InnerOptimizer.Iterations;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Variables => [.. Own, counter, scale, .. InnerOptimizer.Variables];

    internal override IReadOnlyList<Parameter> VariablesOf(IReadOnlyList<Parameter> trained)
    {
        Build([]);
        return [.. Own, counter, scale, .. InnerOptimizer.VariablesOf(trained)];
    }

    internal override void Build(IEnumerable<Parameter> trained)
    {
        base.Build([]);
        (counter.Path, scale.Path) = ($"{Name}/step_counter", $"{Name}/dynamic_scale");
        InnerOptimizer.Build(trained);
    }

    internal override Variable Scaled(Variable loss) => InnerOptimizer.Scaled(loss * A.Cast(scale.Variable, loss.DType));

    internal override List<(Parameter Target, Variable Value)> Updates(IReadOnlyList<WeightGradient> pairs, IReadOnlyList<Variable>? squares = null)
    {
        Build(pairs.Select(p => p.Weight));
        var finite = pairs.Select(p => A.All(A.IsFinite(p.Gradient))).Aggregate((a, b) => a & b);
        var inner = InnerOptimizer.Updates([.. pairs.Select(p => new WeightGradient(p.Weight, ByScale(p.Gradient), p.Size ?? SizeOf(p.Weight, p.Gradient, g => g)))], squares);
        var grows = A.Equal(counter.Variable, counter.Variable.Weak(DynamicGrowthSteps - 1));
        var zero = A.ZerosLike(counter.Variable);
        return
        [
            (counter, A.Where(finite, A.Where(grows, zero, counter.Variable + 1), zero)),
            (scale, A.Where(finite, A.Where(grows, scale.Variable * 2, scale.Variable), scale.Variable * 0.5)),
            .. inner.Select(u => (u.Target, A.Where(finite, u.Value, u.Target.Variable))),
        ];
    }

    internal override Variable? SizeOf(Parameter weight, Variable gradient, Func<Variable, Variable> unscaled) => InnerOptimizer.SizeOf(weight, gradient, g => ByScale(unscaled(g)));

    Variable ByScale(Variable gradient) => gradient / A.Cast(scale.Variable, gradient.DType);

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step) => InnerOptimizer.Update(weight, gradient, slots, step);

    internal override bool IsJoint => true;   // one gradient that is not finite stops all weights

    internal override void Clips((double, double)? range, double? norm) => InnerOptimizer.Clips(range, norm);

    internal override IEnumerable<(Parameter Weight, Parameter Average)> Averages => InnerOptimizer.Averages;

    internal override void Finish() => InnerOptimizer.Finish();
}
