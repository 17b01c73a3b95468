using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Norms along the axes are at most maxValue (Srivastava and others, 2014).</summary>
/// <param name="maxValue">The largest norm.</param>
/// <param name="axis">The axes over which a norm is taken: 0 for the inputs of a unit of Dense, [0, 1, 2] for those of a filter of Conv2D.</param>
[KerasObject("keras.constraints")]
public sealed class MaxNorm(double maxValue = 2, AxisSet axis = default) : Constraint
{
    /// <summary>The largest norm.</summary>
    public double MaxValue { get; } = maxValue;

    /// <summary>The axes over which a norm is taken.</summary>
    public AxisSet Axis { get; } = axis;

    /// <inheritdoc/>
    public override Variable Of(Variable weight)
    {
        var norms = Norms(weight, Axis);
        return weight * (A.Clip(norms, 0, MaxValue) / (norms + Epsilon));
    }
}
