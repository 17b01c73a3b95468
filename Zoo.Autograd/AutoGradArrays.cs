using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>Zeros in the shape and dtype of <paramref name="x"/>.</summary>
    public static Variable ZerosLike(Variable x) => ArrayOps.ZerosLike.Call(x);
    /// <summary>Ones in the shape and dtype of <paramref name="x"/>.</summary>
    public static Variable OnesLike(Variable x) => ArrayOps.OnesLike.Call(x);
    /// <summary>The same value, through which no gradient flows.</summary>
    public static Variable StopGradient(Variable x) => ArrayOps.StopGradient.Call(x);
    /// <summary>The same value.</summary>
    public static Variable Identity(Variable x) => ArrayOps.Identity.Call(x);
    /// <summary>Numbers converted to another dtype; the same Variable where it has that dtype.</summary>
    public static Variable Cast(Variable x, DType dtype) => x.DType == dtype ? x : CompareOps.Cast.Call([x], ("DstT", dtype));
    /// <summary>The shape as an int32 vector.</summary>
    public static Variable ShapeOf(Variable x) => ShapeOf(x, DType.Int32);
    internal static Variable ShapeOf(Variable x, DType dtype) => x.Shape.IsKnown ? Constant(ArrayOps.Numbers(x.Shape.Dims, dtype)) : ArrayOps.ShapeOp.Call([x], ("out_type", dtype));
    /// <summary>The number of elements, an int32.</summary>
    public static Variable SizeOf(Variable x) => x.Shape.IsKnown ? Constant(x.Shape.Elements, DType.Int32) : ArrayOps.Size.Call(x);
    /// <summary>The size of one axis, an int32.</summary>
    internal static Variable SizeOf(Variable x, int axis) => x.Shape.HasRank && x.Shape[axis] >= 0 ? Constant(x.Shape[axis], DType.Int32) : ShapeOf(x).IndexSelect(0, axis);
    /// <summary>The elements in another shape, one dimension of which may be <see cref="Dim.Any"/>.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public static Variable Reshape(Variable x, Shape shape) => ArrayOps.Reshape.Call(x, Ints(shape.Dims));
    /// <summary>The elements in a shape that is computed: an integer vector.</summary>
    public static Variable Reshape(Variable x, Variable shape) => ArrayOps.Reshape.Call(x, shape);
    /// <summary>A new axis of size 1 at <paramref name="axis"/>.</summary>
    public static Variable ExpandDims(Variable x, int axis) => ArrayOps.ExpandDims.Call(x, Constant(axis, DType.Int32));
    /// <summary>Drops axes of size 1: the given ones, or all.</summary>
    public static Variable Squeeze(Variable x, params long[] axes) => ArrayOps.Squeeze.Call([x], ("squeeze_dims", axes));
    /// <summary>The axes in another order.</summary>
    public static Variable Transpose(Variable x, params long[] order) => ArrayOps.Transpose.Call(x, Ints(order));
    /// <summary>Repeats along axes of size 1 up to a shape, given as an integer vector.</summary>
    public static Variable BroadcastTo(Variable x, Variable shape) => ArrayOps.BroadcastTo.Call(x, shape);

    /// <summary>Repeats along axes of size 1 up to given sizes, one for each axis; 0 and −1 keep what is there.</summary>
    /// <exception cref="ShapeException">There are more or fewer sizes than axes, or an axis has another size than 1.</exception>
    public static Variable Expand(Variable x, params long[] sizes)
    {
        if (sizes.Length != x.Shape.Rank) throw new ShapeException($"Expand: {sizes.Length} sizes [{string.Join(", ", sizes)}] were given for {x.Shape}. Expected one for each axis, 0 where it stays.") { Op = "Expand", Actual = x.Shape };
        return BroadcastTo(x, Stack([.. sizes.Select((size, axis) => size > 0 ? Constant(size, DType.Int32) : SizeOf(x, axis))]));
    }

    /// <summary>Where <paramref name="condition"/> holds <paramref name="x"/>, else <paramref name="y"/>; broadcasting.</summary>
    public static Variable Where(Variable condition, Variable x, Variable y) => CompareOps.SelectV2.Call(condition, x, y);

    /// <summary>A gradient in the shape of the value it belongs to.</summary>
    internal static Variable ReshapeLike(Variable g, Variable x)
    {
        if (g.Shape == x.Shape && x.Shape.IsKnown) return g;
        return x.Shape.HasRank && x.Shape.Count(d => d < 0) <= 1 ? Reshape(g, x.Shape) : ArrayOps.Reshape.Call(g, ArrayOps.ShapeOp.Call(x));
    }

    /// <summary>A value reduced by node n, brought back to the shape of what was reduced.</summary>
    internal static Variable ExpandTo(Variable reduced, Node n)
    {
        var kept = reduced;
        if (!n.Flag("keep_dims"))
        {
            var axes = ReduceOps.AxesOf(n) ?? throw new GraphException($"Gradients: {n.Op.Name} over axes that are not constant has no gradient. Give the axes as numbers.");
            var dims = n[0].Shape.ToArray();
            foreach (var a in axes) dims[a] = 1;
            if (dims.Count(d => d < 0) <= 1) kept = Reshape(reduced, Shape.Create(dims));
            else foreach (var a in axes) kept = ExpandDims(kept, a);
        }
        return BroadcastTo(kept, ShapeOf(n[0]));
    }
}
