using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>Tensors joined along an axis; all other sizes are equal.</summary>
    public static Variable Concat(IReadOnlyList<Variable> xs, int axis = -1) => JoinOps.Concat.Call([.. xs, Constant(axis, DType.Int32)], Attrs.None).Out;

    /// <summary>Tensors of one shape put together along a new axis.</summary>
    public static Variable Stack(IReadOnlyList<Variable> xs, int axis = 0) => JoinOps.Pack.Call(xs, Attrs.Of(("axis", axis))).Out;

    /// <summary>The entries of an axis of known size, each without that axis: the opposite of <see cref="Stack"/>.</summary>
    /// <exception cref="ShapeException">The axis' size is not known.</exception>
    public static Variable[] Unstack(Variable x, int axis = 0)
    {
        var count = x.Shape[x.Shape.Axis(axis, "Unstack")];
        if (count < 0) throw new ShapeException($"Unstack: the size of axis {axis} of {x.Name} {x.Shape} is not known. Expected a known one, for it decides how many results there are.") { Actual = x.Shape };
        return JoinOps.Unpack.Call([x], Attrs.Of(("num", count), ("axis", axis))).Outputs;
    }

    /// <summary>Equal parts along an axis.</summary>
    public static Variable[] Split(Variable x, int parts, int axis = -1) => JoinOps.Split.Call([Constant(axis, DType.Int32), x], Attrs.Of(("num_split", parts))).Outputs;

    /// <summary>Parts of the given sizes along an axis; one of them may be -1, which is the rest.</summary>
    public static Variable[] Split(Variable x, long[] sizes, int axis = -1) =>
        JoinOps.SplitV.Call([x, Ints(sizes), Constant(axis, DType.Int32)], Attrs.Of(("num_split", sizes.Length))).Outputs;

    /// <summary>The block that begins at <paramref name="begin"/> and has the given sizes, -1 for up to the end. <c>x[.., 1..3]</c> says the same for one axis.</summary>
    public static Variable Slice(Variable x, long[] begin, long[] size) => SliceOps.Slice.Call(x, Ints(begin), Ints(size));

    /// <summary>
    /// Entries of <paramref name="x"/> along an axis by number. The first <paramref name="batchDims"/> axes of both go together. A number out of range is
    /// an error when it is run.
    /// </summary>
    public static Variable Gather(Variable x, Variable indices, int axis = 0, int batchDims = 0) => IndexOps.Gather.Call([x, indices, Constant(axis, DType.Int32)], ("batch_dims", batchDims));

    /// <summary>Entries of <paramref name="x"/> along an axis by number.</summary>
    public static Variable Gather(Variable x, int[] indices, int axis = 0) => Gather(x, Constant(NDArray.From(indices)), axis);

    /// <summary>Vectors with a one at the place that the index says and zeros elsewhere; all zeros for an index out of range.</summary>
    public static Variable OneHot(Variable indices, int depth, int axis = -1, DType dtype = DType.Float32) =>
        IndexOps.OneHot.Call([indices, Constant(depth, DType.Int32), Constant(1, dtype), Constant(0, dtype)], ("axis", axis));

    /// <summary>Padding with a number, before and after each axis: <c>A.Pad(x, [(0, 0), (1, 2)])</c>.</summary>
    public static Variable Pad(Variable x, (int Before, int After)[] widths, double value = 0) =>
        value == 0 ? PadOps.Pad.Call(x, Widths(widths)) : PadOps.PadV2.Call(x, Widths(widths), x.Weak(value));

    /// <summary>Padding with the mirror image of the edge, which itself is repeated if <paramref name="symmetric"/>.</summary>
    public static Variable MirrorPad(Variable x, (int Before, int After)[] widths, bool symmetric = false) =>
        PadOps.MirrorPad.Call([x, Widths(widths)], ("mode", symmetric ? "SYMMETRIC" : "REFLECT"));

    /// <summary>The whole tensor repeated along each axis.</summary>
    public static Variable Tile(Variable x, params long[] times) => JoinOps.Tile.Call(x, Ints(times));

    /// <summary>The tensor repeated <paramref name="times"/> times along one axis.</summary>
    public static Variable Replicate(Variable x, int axis, int times)
    {
        var all = new long[x.Shape.Rank];
        Array.Fill(all, 1);
        all[x.Shape.Axis(axis, "Replicate")] = times;
        return Tile(x, all);
    }

    /// <summary>The entries of an axis in reverse order.</summary>
    public static Variable Reverse(Variable x, int axis) => JoinOps.Reverse.Call(x, Ints(axis));

    /// <summary>0, 1, 2, … below <paramref name="limit"/>, an int32 number that may be computed from shapes.</summary>
    public static Variable Range(Variable limit) => IndexOps.Range.Call(Constant(0, DType.Int32), limit, Constant(1, DType.Int32));

    /// <summary>0, 1, 2, … below <paramref name="limit"/>.</summary>
    public static Variable Range(int limit) => Range(Constant(limit, DType.Int32));

    /// <summary>A tensor of which every element is <paramref name="value"/>; the shape is an integer vector.</summary>
    public static Variable Fill(Variable shape, Variable value) => IndexOps.Fill.Call(shape, value);

    static Variable Widths((int Before, int After)[] widths)
    {
        var list = new int[widths.Length, 2];
        for (var i = 0; i < widths.Length; i++) (list[i, 0], list[i, 1]) = widths[i];
        return Constant(NDArray.From(list));
    }
}
