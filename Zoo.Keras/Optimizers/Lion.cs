using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Steps of one size, by the sign of the momentum (Chen and others, 2023).</summary>
[KerasObject("keras.optimizers")]
public sealed class Lion(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.99) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The part of the momentum in a step.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1 is > 0 and <= 1 ? beta1 : throw new ArgumentException($"Lion: beta1 {beta1} is out of range. Expected a number above 0 and up to 1.");

    /// <summary>The decay of the momentum.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum"]];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var direction = A.Sign(slots["momentum"] * Beta1 + gradient * (1 - Beta1));
        slots["momentum"] = slots["momentum"] * Beta2 + gradient * (1 - Beta2);
        return weight - direction * step.Rate;
    }
}
