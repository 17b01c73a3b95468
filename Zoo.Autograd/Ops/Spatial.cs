using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Convolutions over one to three spatial axes, channels last, in TensorFlow's ops, which have two or three: one axis is a picture of height 1. Steps and
/// dilations have a number for each spatial axis.
/// </summary>
internal static class Spatial
{
    /// <summary>A convolution with a filter [spatial…, in, out]; groups follow from the channels.</summary>
    internal static Variable Conv(Variable x, Variable filter, long[] strides, string padding, long[] dilations) =>
        Flat(x, (ConvOps.Three.Forward, ConvOps.Two.Forward), filter, strides, padding, dilations);

    /// <summary>A convolution of each channel with filters [spatial…, in, multiplier] of its own, over one axis or two.</summary>
    internal static Variable Depthwise(Variable x, Variable filter, long[] strides, string padding, long[] dilations) =>
        Flat(x, (ConvOps.EachChannel.Forward, ConvOps.EachChannel.Forward), filter, strides, padding, dilations);

    /// <summary>What a convolution with the filter [spatial…, out, in] gives back to an input of the given spatial sizes: a transposed convolution.</summary>
    internal static Variable ConvTranspose(Variable x, Variable filter, Variable[] sizes, long[] strides, string padding, long[] dilations)
    {
        var one = sizes.Length == 1;
        Variable[] shape = [A.SizeOf(x, 0), .. one ? [A.Constant(1, DType.Int32)] : Array.Empty<Variable>(), .. sizes, A.Constant(filter.Shape[^2], DType.Int32)];
        var op = sizes.Length == 3 ? ConvOps.Three.BackpropInput : ConvOps.Two.BackpropInput;
        var y = op.Call([A.Stack(shape), one ? A.ExpandDims(filter, 0) : filter, one ? A.ExpandDims(x, 1) : x], Attributes(strides, padding, dilations));
        return one ? A.Squeeze(y, 1) : y;
    }

    static Variable Flat(Variable x, (Op Three, Op Two) ops, Variable filter, long[] strides, string padding, long[] dilations) => strides.Length switch
    {
        1 => A.Squeeze(ops.Two.Call([A.ExpandDims(x, 1), A.ExpandDims(filter, 0)], Attributes(strides, padding, dilations)), 1),
        2 => ops.Two.Call([x, filter], Attributes(strides, padding, dilations)),
        _ => ops.Three.Call([x, filter], Attributes(strides, padding, dilations)),
    };

    static (string, object)[] Attributes(long[] strides, string padding, long[] dilations) =>
        [("strides", Around(strides, strides[0])), ("padding", padding), ("dilations", Around(dilations, 1))];

    /// <summary>Numbers for batch and channels around, and one for the height of 1.</summary>
    internal static long[] Around(long[] values, long height) => [1, .. values.Length == 1 ? [height] : Array.Empty<long>(), .. values, 1];
}
