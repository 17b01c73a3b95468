using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's rate, times gamma from each of some steps on.</summary>
/// <param name="learningRate">The rate at the start.</param>
/// <param name="stepSizes">The steps, in order.</param>
/// <param name="gamma">The factor.</param>
[KerasObject(Package = "zoo")]
public sealed class MultiStep(double learningRate, int[] stepSizes, double gamma) : BaseSchedule(learningRate)
{
    /// <summary>The steps, in order.</summary>
    public int[] StepSizes { get; } = stepSizes.Zip(stepSizes.Skip(1)).All(p => p.First < p.Second) ? stepSizes
        : throw new ArgumentException($"MultiStep: the steps {string.Join(", ", stepSizes)} are not in order. Expected each above the one before.");

    /// <summary>The factor.</summary>
    public double Gamma { get; } = gamma;

    /// <inheritdoc/>
    protected internal override Variable From(Variable rate, Variable step, Variable whole) =>
        StepSizes.Aggregate(rate, (now, from) => A.Where(step >= from, now * Gamma, now));
}
