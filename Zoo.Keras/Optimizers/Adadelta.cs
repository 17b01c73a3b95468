using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Steps in the proportion of recent steps to recent gradients (Zeiler, 2012), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Adadelta(LearningRate? learningRate = null, double rho = 0.95, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The decay of both averages.</summary>
    public double Rho { get; } = rho;

    /// <summary>Keeps the roots away from zero.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["accumulated_grad", "accumulated_delta_var"]];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["accumulated_grad"] = slots["accumulated_grad"] * Rho + step.Size * (1 - Rho);
        var change = A.Sqrt(slots["accumulated_delta_var"] + Epsilon) * gradient / A.Sqrt(slots["accumulated_grad"] + Epsilon);
        slots["accumulated_delta_var"] = slots["accumulated_delta_var"] * Rho + A.Square(change) * (1 - Rho);
        return weight - change * step.Rate;
    }
}
