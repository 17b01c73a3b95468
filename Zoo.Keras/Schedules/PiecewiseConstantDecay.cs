using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>One rate up to each boundary (included), and one after the last: <c>new PiecewiseConstantDecay([1000, 5000], [0.1, 0.01, 0.001])</c>.</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class PiecewiseConstantDecay(double[] boundaries, double[] values) : LearningRateSchedule
{
    /// <summary>The last step of each rate but the last; of a fraction its whole part counts, as steps are whole.</summary>
    public double[] Boundaries { get; } = boundaries;

    /// <summary>The rates, one more than boundaries.</summary>
    public double[] Values { get; } = values.Length == boundaries.Length + 1 ? values
        : throw new ArgumentException($"PiecewiseConstantDecay: there are {boundaries.Length} boundaries and {values.Length} values. Expected one value more than boundaries.");

    /// <inheritdoc/>
    public override string Name { get; init; } = "PiecewiseConstant";

    /// <inheritdoc/>
    public override Variable Of(Variable step)
    {
        var rate = A.Constant(Values[^1], step.DType);
        for (var i = Boundaries.Length - 1; i >= 0; i--) rate = A.Where(step <= Math.Truncate(Boundaries[i]), A.Constant(Values[i], step.DType), rate);
        return rate;
    }
}
