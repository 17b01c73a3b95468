using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>eˣ divided by its sum along axes; where a mask is given, over what it lets count, with 0 elsewhere.</summary>
[KerasObject("keras.layers"), KerasCallArgument("mask")]
public sealed class Softmax(AxisSet? axis = null) : Layer
{
    /// <summary>The axis or axes, by default the last.</summary>
    public AxisSet Axis { get; } = axis ?? -1;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => Of(x[0], c.Mask, Axis.Axes);

    /// <summary>The softmax over axes of what a mask lets count.</summary>
    internal static Variable Of(Variable x, Variable? mask, int[] axes)
    {
        if (mask is not null && mask.DType != DType.Bool) mask = mask > 0.5;
        if (mask is not null) x = A.Where(mask, x, A.Constant(x.DType == DType.Float16 ? -3e4 : -1e9, x.DType));
        var y = axes is [var one] ? A.Softmax(x, one) : Over(x, [.. axes.Select(a => x.Shape.Axis(a, "axis"))]);
        return mask is null ? y : A.Where(mask, y, A.Constant(0, y.DType));
    }

    static Variable Over(Variable x, int[] axes)
    {
        var max = A.StopGradient(A.Max(x, axes, keepDims: true));
        return A.Exp(x - (A.Log(A.Sum(A.Exp(x - max), axes, keepDims: true)) + max));   // Keras' order
    }
}
