using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate · gamma^⌊step / stepSize⌋.</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="stepSize">The steps of one rate.</param>
/// <param name="gamma">The factor.</param>
[KerasObject(Package = "zoo")]
public sealed class Step(double learningRate, int stepSize, double gamma) : BaseSchedule(learningRate)
{
    /// <summary>The steps of one rate.</summary>
    public int StepSize { get; } = Positive(stepSize, nameof(stepSize));

    /// <summary>The factor.</summary>
    public double Gamma { get; } = gamma;

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) => rate * A.Pow(A.Constant(Gamma, step.DType), Progress(step, StepSize, staircase: true));
}
