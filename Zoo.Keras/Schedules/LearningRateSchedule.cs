using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A learning rate that is a function of the number of steps made, computed in the graph of the step.</summary>
/// <example><code>new Adam(new CosineDecay(1e-3, decaySteps: 10_000))</code></example>
public abstract class LearningRateSchedule
{
    ISession? alone;

    /// <summary>The name in files.</summary>
    public virtual string Name { get => field ?? GetType().Name; init; }

    /// <summary>The rate after <paramref name="step"/> steps, a number of the graph.</summary>
    public abstract Variable Of(Variable step);

    /// <summary>The rate after some steps.</summary>
    public double At(long step)
    {
        if (alone is null)
        {
            var input = StateOps.Input("step", [], DType.Float32);
            alone = Engines.Default.Compile(new() { Name = Name, Feeds = [input], Fetches = [Of(input)] });
        }
        var rate = new NDArray?[1];
        alone.Run([NDArray.Scalar(step)], rate);
        return rate[0]!.ToNumber();
    }

    // FloorDiv, not the floor of a quotient: TensorFlow divides by a constant by multiplying with its reciprocal, and 30 · (1 / 10) may be below 3.
    private protected static Variable Progress(Variable step, double decaySteps, bool staircase) => staircase ? A.FloorDiv(step, step.Weak(decaySteps)) : step / decaySteps;

    private protected static ArgumentException Bad(int steps) => new($"schedule: {steps} is no number of steps to decay in. Expected a positive number.");
}
