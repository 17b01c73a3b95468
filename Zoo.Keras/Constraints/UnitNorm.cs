using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Norms along the axes are 1.</summary>
/// <param name="axis">The axes over which a norm is taken.</param>
[KerasObject("keras.constraints")]
public sealed class UnitNorm(AxisSet axis = default) : Constraint
{
    /// <summary>The axes over which a norm is taken.</summary>
    public AxisSet Axis { get; } = axis;

    /// <inheritdoc/>
    public override Variable Of(Variable weight) => weight / (Norms(weight, Axis) + Epsilon);
}
