using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Divides the gradient by a moving average of its size (Hinton, 2012), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class RMSprop(LearningRate? learningRate = null, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The decay of the average.</summary>
    public double Rho { get; } = rho;

    /// <summary>How much of the last change is kept.</summary>
    public double Momentum { get; } = momentum;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>Whether the gradients' variance is used in place of their mean square.</summary>
    public bool Centered { get; } = centered;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["velocity"], .. Momentum > 0 ? [["momentum"]] : Array.Empty<string[]>(), .. Centered ? [["average_gradient"]] : Array.Empty<string[]>()];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["velocity"] = slots["velocity"] * Rho + step.Size * (1 - Rho);
        var size = slots["velocity"];
        if (Centered)
        {
            slots["average_gradient"] = slots["average_gradient"] * Rho + gradient * (1 - Rho);
            size -= A.Square(slots["average_gradient"]);
        }
        var change = gradient * step.Rate / A.Sqrt(size + Epsilon);
        if (Momentum <= 0) return weight - change;
        slots["momentum"] = slots["momentum"] * Momentum + change;
        return weight - slots["momentum"];
    }
}
