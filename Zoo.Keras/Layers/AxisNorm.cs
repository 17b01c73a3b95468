using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Normalisation of each sample over axes: one op where they are the last ones, else its formula.</summary>
internal static class AxisNorm
{
    /// <param name="x">The value.</param>
    /// <param name="axes">The axes, counted from the front.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="scale">What multiplies, with the sizes of the axes; null for nothing.</param>
    /// <param name="offset">What is added.</param>
    /// <param name="center">Whether the mean is taken off; else the variance is the mean of x².</param>
    internal static Variable Of(Variable x, int[] axes, double epsilon, Variable? scale, Variable? offset, bool center = true)
    {
        var first = x.Shape.Rank - axes.Length;
        if (x.DType is DType.Float32 or DType.Float64 && axes.Select((a, i) => a == first + i).All(last => last))
            return LayerNormOps.LayerNorm.Call([x, .. new[] { scale, offset }.OfType<Variable>()],
                Attrs.Of(("axes", axes.Length), ("epsilon", epsilon), ("center", center), ("S", scale is null ? 0 : 1), ("O", offset is null ? 0 : 1))).Out;
        var (mean, variance) = center ? A.Moments(x, axes, keepDims: true) : (null, A.Mean(A.Square(x), axes, keepDims: true));
        var y = (mean is null ? x : x - mean) * A.Rsqrt(variance + epsilon);
        if (scale is not null) y *= Along(scale, x, axes);
        return offset is null ? y : y + Along(offset, x, axes);
    }

    /// <summary>A weight with the sizes of axes, in a shape that goes with x.</summary>
    internal static Variable Along(Variable weight, Variable x, int[] axes) =>
        A.Reshape(weight, Shape.Create([.. Enumerable.Range(axes.Min(), x.Shape.Rank - axes.Min()).Select(i => axes.Contains(i) ? x.Shape[i] : 1)]));
}
