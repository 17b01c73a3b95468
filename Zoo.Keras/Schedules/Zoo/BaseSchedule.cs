using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>A schedule of BigDL: a rate to begin with and a rule, so that several can be set one behind the other (<see cref="SequentialSchedule"/>).</summary>
public abstract class BaseSchedule(double learningRate) : LearningRateSchedule
{
    /// <summary>The rate to begin with.</summary>
    public double LearningRate { get; } = learningRate;

    /// <inheritdoc/>
    public sealed override Variable Of(Variable step) => From(A.Constant(LearningRate, step.DType), step, step);

    /// <summary>The rate.</summary>
    /// <param name="rate">The rate where the rule begins.</param>
    /// <param name="step">The steps since the rule began.</param>
    /// <param name="whole">The steps of the whole run.</param>
    protected internal abstract Variable From(Variable rate, Variable step, Variable whole);

    private protected static int Positive(int value, string what) => value > 0 ? value : throw new ArgumentException($"schedule: {what} is {value}. Expected a positive number.");
}
