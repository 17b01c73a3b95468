using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>Analytics Zoo's rate · (1 − epoch / maxEpochs)^power, with epochs counted from 1: 0 in the last one.</summary>
/// <param name="learningRate">The rate that the first epoch begins below.</param>
/// <param name="power">The exponent.</param>
/// <param name="maxEpochs">The epoch of which the rate is 0.</param>
/// <param name="iterationPerEpoch">The steps of an epoch.</param>
[KerasObject(Package = "zoo")]
public sealed class PolyEpochDecay(double learningRate, double power, int maxEpochs, int iterationPerEpoch) : BaseSchedule(learningRate)
{
    /// <summary>The exponent.</summary>
    public double Power { get; } = power;

    /// <summary>The epoch of which the rate is 0.</summary>
    public int MaxEpochs { get; } = Positive(maxEpochs, nameof(maxEpochs));

    /// <summary>The steps of an epoch.</summary>
    public int IterationPerEpoch { get; } = Positive(iterationPerEpoch, nameof(iterationPerEpoch));

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) =>
        rate * A.Pow(A.Maximum(1 - (Progress(step, IterationPerEpoch, staircase: true) + 1) / MaxEpochs, 0), Power);
}
