using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Norms along the axes are moved into a range, wholly or by a part of the way.</summary>
/// <param name="minValue">The smallest norm.</param>
/// <param name="maxValue">The largest norm.</param>
/// <param name="rate">The part of the way to the range that each update goes.</param>
/// <param name="axis">The axes over which a norm is taken.</param>
[KerasObject("keras.constraints")]
public sealed class MinMaxNorm(double minValue = 0, double maxValue = 1, double rate = 1, AxisSet axis = default) : Constraint
{
    /// <summary>The smallest norm.</summary>
    public double MinValue { get; } = minValue;

    /// <summary>The largest norm.</summary>
    public double MaxValue { get; } = maxValue;

    /// <summary>The part of the way to the range that each update goes.</summary>
    public double Rate { get; } = rate;

    /// <summary>The axes over which a norm is taken.</summary>
    public AxisSet Axis { get; } = axis;

    /// <inheritdoc/>
    public override Variable Of(Variable weight)
    {
        var norms = Norms(weight, Axis);
        var wanted = A.Clip(norms, MinValue, MaxValue) * Rate + norms * (1 - Rate);
        return weight * (wanted / (norms + Epsilon));
    }
}
