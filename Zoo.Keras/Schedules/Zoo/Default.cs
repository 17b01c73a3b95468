using Zoo.Keras.Saving;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate of every optimizer: rate / (1 + step · decay).</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="learningRateDecay">The decay.</param>
[KerasObject(Package = "zoo")]
public sealed class Default(double learningRate, double learningRateDecay = 0) : BaseSchedule(learningRate)
{
    /// <summary>The decay.</summary>
    public double LearningRateDecay { get; } = learningRateDecay;

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) => rate / (1 + step * LearningRateDecay);
}
