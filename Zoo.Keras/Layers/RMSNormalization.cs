using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>scale · x / √(mean of x² + epsilon), the mean over axes of each sample (Zhang and Sennrich, 2019).</summary>
[KerasObject("keras.layers")]
public sealed class RMSNormalization(AxisSet? axis = null, double epsilon = 1e-6) : Layer
{
    Parameter scale = null!;

    /// <summary>The axis or axes, by default the last; once built a list in order, as Keras keeps it.</summary>
    public AxisSet Axis { get; private set; } = axis ?? -1;

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; } = epsilon;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        Axis = Axis.Axes.Order().ToArray();
        scale = Weight("scale", Shape.Create([.. Axis.Axes.Select(a => input[input.Axis(a, "axis")])]), Initializer.Ones);
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var input = x.DType;   // Keras goes back to it: of whole numbers the fractions go
        if (input is not (DType.Float32 or DType.Float64)) x = A.Cast(x, DType.Float32);
        int[] axes = [.. Axis.Axes.Select(a => x.Shape.Axis(a, "axis"))];
        return A.Cast(AxisNorm.Of(x, axes, Epsilon, A.Cast(scale.Variable, x.DType), null, center: false), input);
    }
}
