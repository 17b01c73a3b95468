using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate · (1 − step / maxIteration)^power, 0 from there on. Of a sequence it counts the steps of all.</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="power">The exponent.</param>
/// <param name="maxIteration">The step at which the rate is 0.</param>
[KerasObject(Package = "zoo")]
public sealed class Poly(double learningRate, double power, int maxIteration) : BaseSchedule(learningRate)
{
    /// <summary>The exponent.</summary>
    public double Power { get; } = power;

    /// <summary>The step at which the rate is 0.</summary>
    public int MaxIteration { get; } = Positive(maxIteration, nameof(maxIteration));

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) => rate * A.Pow(A.Maximum(1 - whole / MaxIteration, 0), Power);
}
