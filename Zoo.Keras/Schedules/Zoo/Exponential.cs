using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate · decayRate^(step / decayStep).</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="decayStep">The steps in which the rate falls by the decay rate.</param>
/// <param name="decayRate">The factor.</param>
/// <param name="stairCase">Whether the rate falls in steps.</param>
[KerasObject(Package = "zoo")]
public sealed class Exponential(double learningRate, int decayStep, double decayRate, bool stairCase = false) : BaseSchedule(learningRate)
{
    /// <summary>The steps in which the rate falls by the decay rate.</summary>
    public int DecayStep { get; } = Positive(decayStep, nameof(decayStep));

    /// <summary>The factor.</summary>
    public double DecayRate { get; } = decayRate;

    /// <summary>Whether the rate falls in steps.</summary>
    public bool StairCase { get; } = stairCase;

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) => rate * A.Pow(A.Constant(DecayRate, step.DType), Progress(step, DecayStep, StairCase));
}
