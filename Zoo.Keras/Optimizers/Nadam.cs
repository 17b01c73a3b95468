using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam with Nesterov's momentum (Dozat, 2015), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Nadam(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    const string Product = "variable";   // Keras gives the product of all momenta no name of its own

    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "velocity"]];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Numbers => [Product];

    /// <inheritdoc/>
    protected override double Begin(string slot) => slot == Product ? 1 : 0;

    /// <inheritdoc/>
    protected override void UpdateNumbers(OptimizerSlots numbers, OptimizerStep step) => numbers[Product] *= Momentum(step.Number);

    Variable Momentum(Variable number) => (1 - A.Pow(number.Weak(0.96), number) * 0.5) * Beta1;

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var (now, later) = (Momentum(step.Number), Momentum(step.Number + 1));
        slots["momentum"] += (gradient - slots["momentum"]) * (1 - Beta1);
        slots["velocity"] += (step.Size - slots["velocity"]) * (1 - Beta2);
        var first = slots["momentum"] * (later / (1 - slots[Product] * later)) + gradient * ((1 - now) / (1 - slots[Product]));
        var second = slots["velocity"] / (1 - A.Pow(step.Number.Weak(Beta2), step.Number));
        return weight - first * step.Rate / (A.Sqrt(second) + Epsilon);
    }
}
