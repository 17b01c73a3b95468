using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>initial · rate^(step / decaySteps).</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class ExponentialDecay(double initialLearningRate, int decaySteps, double decayRate, bool staircase = false) : LearningRateSchedule
{
    /// <summary>The rate at the start.</summary>
    public double InitialLearningRate { get; } = initialLearningRate;

    /// <summary>The steps in which the rate falls by the decay rate.</summary>
    public int DecaySteps { get; } = decaySteps > 0 ? decaySteps : throw Bad(decaySteps);

    /// <summary>The factor.</summary>
    public double DecayRate { get; } = decayRate;

    /// <summary>Whether the rate falls in steps.</summary>
    public bool Staircase { get; } = staircase;

    /// <inheritdoc/>
    public override Variable Of(Variable step) => InitialLearningRate * A.Pow(A.Constant(DecayRate, step.DType), Progress(step, DecaySteps, Staircase));
}
