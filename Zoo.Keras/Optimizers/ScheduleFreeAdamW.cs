using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam that needs no schedule: gradients are taken between the weights' average and where steps lead (Defazio and others, 2024), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class ScheduleFreeAdamW(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, int warmupSteps = 0) : Optimizer(learningRate ?? 0.0025)
{
    /// <summary>How near to the average gradients are taken.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>The steps over which the rate grows from 0.</summary>
    public int WarmupSteps { get; } = warmupSteps;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "velocity"]];

    /// <inheritdoc/>
    protected override NDArray First(Parameter weight, string slot) => slot == "momentum" ? weight.Value : base.First(weight, slot);

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var rate = WarmupSteps > 0 ? step.Rate * A.Minimum(step.Number / WarmupSteps, 1) : step.Rate;
        slots["velocity"] += (step.Size - slots["velocity"]) * (1 - Beta2);
        var size = A.Sqrt(slots["velocity"] / (1 - A.Pow(step.Number.Weak(Beta2), step.Number))) + Epsilon;
        slots["momentum"] -= gradient * rate / size;
        var part = 1 / step.Number;
        // Keras on TensorFlow takes the weights' share of the new momentum away here, where the paper takes that of the old one.
        var average = (weight - slots["momentum"] * (1 - Beta1)) / Beta1 * (1 - part) + slots["momentum"] * part;
        return slots["momentum"] * (1 - Beta1) + average * Beta1;
    }
}
