using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam whose steps are in proportion to each weight's norm: for large batches (You and others, 2019).</summary>
[KerasObject("keras.optimizers")]
public sealed class Lamb(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "velocity"]];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["momentum"] += (gradient - slots["momentum"]) * (1 - Beta1);
        slots["velocity"] += (step.Size - slots["velocity"]) * (1 - Beta2);
        var first = slots["momentum"] / (1 - A.Pow(step.Number.Weak(Beta1), step.Number));
        var change = first / (A.Sqrt(slots["velocity"] / (1 - A.Pow(step.Number.Weak(Beta2), step.Number))) + Epsilon);
        var (size, length) = (A.Sqrt(A.Sum(A.Square(weight))), A.Sqrt(A.Sum(A.Square(change))));
        var one = A.OnesLike(size);
        var ratio = A.Where((size > 0) & (length > 0), size / A.Where(length > 0, length, one), one);
        return weight - change * (ratio * step.Rate);
    }
}
