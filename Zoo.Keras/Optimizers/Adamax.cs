using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam by the largest gradients in place of their squares (Kingma and Ba, 2014), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Adamax(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the largest gradient.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "norm"]];

    /// <inheritdoc/>
    protected internal override Variable Measure(Variable gradient) => A.Abs(gradient);

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["momentum"] += (gradient - slots["momentum"]) * (1 - Beta1);
        slots["norm"] = A.Maximum(slots["norm"] * Beta2, step.Size);
        return weight - slots["momentum"] * step.Rate / ((slots["norm"] + Epsilon) * (1 - A.Pow(step.Number.Weak(Beta1), step.Number)));
    }
}
