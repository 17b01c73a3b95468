using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>(initial − end) · (1 − step / decaySteps)^power + end.</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class PolynomialDecay(double initialLearningRate, int decaySteps, double endLearningRate = 0.0001, double power = 1, bool cycle = false) : LearningRateSchedule
{
    /// <summary>The rate at the start.</summary>
    public double InitialLearningRate { get; } = initialLearningRate;

    /// <summary>The steps until the end.</summary>
    public int DecaySteps { get; } = decaySteps > 0 ? decaySteps : throw Bad(decaySteps);

    /// <summary>The rate at the end.</summary>
    public double EndLearningRate { get; } = endLearningRate;

    /// <summary>The exponent.</summary>
    public double Power { get; } = power;

    /// <summary>Whether the rate rises again after the end, each time for another decaySteps.</summary>
    public bool Cycle { get; } = cycle;

    /// <inheritdoc/>
    public override Variable Of(Variable step)
    {
        var whole = Cycle ? DecaySteps * A.Maximum(A.FloorDiv(step + (DecaySteps - 1), step.Weak(DecaySteps)), 1) : A.Constant(DecaySteps, step.DType);
        var part = (Cycle ? step : A.Minimum(step, DecaySteps)) / whole;
        return (InitialLearningRate - EndLearningRate) * A.Pow(1 - part, Power) + EndLearningRate;
    }
}
