using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Divides by the root of the sum of all squared gradients (Duchi and others, 2011), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Adagrad(LearningRate? learningRate = null, double initialAccumulatorValue = 0.1, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>What the sum begins with.</summary>
    public double InitialAccumulatorValue { get; } = initialAccumulatorValue;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["accumulator"]];

    /// <inheritdoc/>
    protected override double Begin(string slot) => InitialAccumulatorValue;

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["accumulator"] += step.Size;
        return weight - gradient * step.Rate / A.Sqrt(slots["accumulator"] + Epsilon);
    }
}
