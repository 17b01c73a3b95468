using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x divided by its length along axes.</summary>
[KerasObject("keras.layers")]
public sealed class UnitNormalization(AxisSet? axis = null) : Layer
{
    /// <summary>The axis or axes, by default the last.</summary>
    public AxisSet Axis { get; } = axis ?? -1;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        x = Real(x);
        return x * A.Rsqrt(A.Maximum(A.Sum(A.Square(x), [.. Axis.Axes.Select(a => x.Shape.Axis(a, "axis"))], keepDims: true), 1e-24));
    }
}
