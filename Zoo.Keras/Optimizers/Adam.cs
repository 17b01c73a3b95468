using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam (Kingma and Ba, 2014), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public class Adam(LearningRate? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; } = beta1;

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; } = beta2;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <summary>Whether the largest second moment so far is used (Reddi and others, 2018).</summary>
    public bool Amsgrad { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => Amsgrad ? [["momentum", "velocity"], ["velocity_hat"]] : [["momentum", "velocity"]];

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var alpha = step.Rate * A.Sqrt(1 - A.Pow(step.Number.Weak(Beta2), step.Number)) / (1 - A.Pow(step.Number.Weak(Beta1), step.Number));
        slots["momentum"] += (gradient - slots["momentum"]) * (1 - Beta1);
        slots["velocity"] += (step.Size - slots["velocity"]) * (1 - Beta2);
        if (Amsgrad) slots["velocity_hat"] = A.Maximum(slots["velocity_hat"], slots["velocity"]);
        return weight - slots["momentum"] * alpha / (A.Sqrt(slots[Amsgrad ? "velocity_hat" : "velocity"]) + Epsilon);
    }
}
