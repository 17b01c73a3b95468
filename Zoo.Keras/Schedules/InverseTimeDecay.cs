using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>initial / (1 + rate · step / decaySteps).</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class InverseTimeDecay(double initialLearningRate, int decaySteps, double decayRate, bool staircase = false) : LearningRateSchedule
{
    /// <summary>The rate at the start.</summary>
    public double InitialLearningRate { get; } = initialLearningRate;

    /// <summary>The steps that count as one.</summary>
    public int DecaySteps { get; } = decaySteps > 0 ? decaySteps : throw Bad(decaySteps);

    /// <summary>How fast the rate falls.</summary>
    public double DecayRate { get; } = decayRate;

    /// <summary>Whether the rate falls in steps.</summary>
    public bool Staircase { get; } = staircase;

    /// <inheritdoc/>
    public override Variable Of(Variable step) => InitialLearningRate / (1 + DecayRate * Progress(step, DecaySteps, Staircase));
}
