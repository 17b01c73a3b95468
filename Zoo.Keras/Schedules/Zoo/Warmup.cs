using Zoo.Keras.Saving;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate + delta · step.</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="delta">What is added in each step.</param>
[KerasObject(Package = "zoo")]
public sealed class Warmup(double learningRate, double delta) : BaseSchedule(learningRate)
{
    /// <summary>What is added in each step.</summary>
    public double Delta { get; } = delta;

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) => rate + step * Delta;
}
