using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Half a cosine from the initial rate down to alpha times it (Loshchilov and Hutter, 2016), after a linear warm-up where asked.</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class CosineDecay(double initialLearningRate, int decaySteps, double alpha = 0) : LearningRateSchedule
{
    /// <summary>The rate at the start.</summary>
    public double InitialLearningRate { get; } = initialLearningRate;

    /// <summary>The steps of the decay, the warm-up aside.</summary>
    public int DecaySteps { get; } = decaySteps > 0 ? decaySteps : throw Bad(decaySteps);

    /// <summary>The part of the rate that stays at the end.</summary>
    public double Alpha { get; } = alpha;

    /// <summary>The rate at the end of the warm-up; null for none.</summary>
    public double? WarmupTarget { get; init; }

    /// <summary>The steps of the warm-up.</summary>
    public int WarmupSteps { get; init; }

    /// <inheritdoc/>
    public override Variable Of(Variable step)
    {
        if (WarmupTarget is not { } target) return Decay(A.Minimum(step, DecaySteps), InitialLearningRate);
        var warm = (target - InitialLearningRate) * (step / WarmupSteps) + InitialLearningRate;
        return A.Where(step < WarmupSteps, warm, Decay(A.Minimum(step, DecaySteps + WarmupSteps) - WarmupSteps, target));
    }

    Variable Decay(Variable step, double from) => ((1 - Alpha) * (0.5 * (1 + A.Cos(Math.PI * (step / DecaySteps)))) + Alpha) * from;
}
