using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Gradient descent, with momentum where asked (Keras' SGD).</summary>
[KerasObject("keras.optimizers")]
public sealed class SGD : Optimizer
{
    /// <summary>Gradient descent with a learning rate.</summary>
    public SGD(LearningRate? learningRate = null, double momentum = 0, bool nesterov = false) : base(learningRate ?? 0.01) => (Momentum, Nesterov) = (momentum, nesterov);

    /// <summary>How much of the last change is kept.</summary>
    public double Momentum { get; init => field = Fraction(value, "the momentum"); }

    /// <summary>Whether the gradient is taken where momentum leads.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => Momentum == 0 ? [] : [["momentum"]];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        if (Momentum == 0) return weight - gradient * step.Rate;
        slots["momentum"] = slots["momentum"] * Momentum - gradient * step.Rate;
        return Nesterov ? weight + slots["momentum"] * Momentum - gradient * step.Rate : weight + slots["momentum"];
    }
}
