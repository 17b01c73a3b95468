using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>The sum along an axis, or of all elements.</summary>
    public static Variable Sum(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Sum, x, axis, keepDims);
    /// <summary>The mean along an axis, or of all elements.</summary>
    public static Variable Mean(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Mean, x, axis, keepDims);
    /// <summary>The largest along an axis, or of all elements; ties share the gradient evenly.</summary>
    public static Variable Max(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Max, x, axis, keepDims);
    /// <summary>The smallest along an axis, or of all elements; ties share the gradient evenly.</summary>
    public static Variable Min(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Min, x, axis, keepDims);
    /// <summary>The place of the largest along an axis, int64.</summary>
    public static Variable ArgMax(Variable x, int axis = -1) => ReduceOps.ArgMax.Call(x, Constant(axis, DType.Int32));
    /// <summary>The place of the smallest along an axis, int64.</summary>
    public static Variable ArgMin(Variable x, int axis = -1) => ReduceOps.ArgMin.Call(x, Constant(axis, DType.Int32));

    /// <summary>The matrix product of two matrices, each transposed first where asked.</summary>
    public static Variable MatMul(Variable a, Variable b, bool transposeA = false, bool transposeB = false) =>
        LinearOps.MatMul.Call([a, b], ("transpose_a", transposeA), ("transpose_b", transposeB));

    /// <summary>Matrix products over broadcast leading axes, each transposed first where asked.</summary>
    public static Variable BatchMatMul(Variable x, Variable y, bool adjX = false, bool adjY = false) =>
        LinearOps.BatchMatMul.Call([x, y], ("adj_x", adjX), ("adj_y", adjY));

    /// <summary>max(x, 0).</summary>
    public static Variable Relu(Variable x) => NNOps.Relu.Call(x);
    /// <summary>min(max(x, 0), 6).</summary>
    public static Variable Relu6(Variable x) => NNOps.Relu6.Call(x);
    /// <summary>x where positive, else eˣ − 1.</summary>
    public static Variable Elu(Variable x) => NNOps.Elu.Call(x);
    /// <summary>log(1 + eˣ).</summary>
    public static Variable Softplus(Variable x) => NNOps.Softplus.Call(x);
    /// <summary>x / (1 + |x|).</summary>
    public static Variable Softsign(Variable x) => NNOps.Softsign.Call(x);
    /// <summary>eˣ over its sum along the last axis.</summary>
    public static Variable Softmax(Variable x) => NNOps.Softmax.Call(x);
    /// <summary>The logarithm of <see cref="Softmax"/>, exact where that underflows.</summary>
    public static Variable LogSoftmax(Variable x) => NNOps.LogSoftmax.Call(x);
    /// <summary>Adds a vector along the last axis.</summary>
    public static Variable BiasAdd(Variable x, Variable bias) => NNOps.BiasAdd.Call(x, bias);

    /// <summary>Convolves pictures [batch, height, width, channels] with a filter [height, width, in, out]; padding is VALID or SAME.</summary>
    public static Variable Conv2D(Variable x, Variable filter, int stride = 1, string padding = "VALID", int dilation = 1) =>
        ConvOps.Conv2D.Call([x, filter], ("strides", new long[] { 1, stride, stride, 1 }), ("padding", padding), ("dilations", new long[] { 1, dilation, dilation, 1 }));

    /// <summary>The largest of each window of pictures [batch, height, width, channels].</summary>
    public static Variable MaxPool(Variable x, int size, int stride, string padding = "VALID") =>
        PoolOps.MaxPool.Call([x], ("ksize", new long[] { 1, size, size, 1 }), ("strides", new long[] { 1, stride, stride, 1 }), ("padding", padding));

    /// <summary>The mean of each window of pictures [batch, height, width, channels]; padding does not count.</summary>
    public static Variable AvgPool(Variable x, int size, int stride, string padding = "VALID") =>
        PoolOps.AvgPool.Call([x], ("ksize", new long[] { 1, size, size, 1 }), ("strides", new long[] { 1, stride, stride, 1 }), ("padding", padding));

    /// <summary>The cross-entropy of each row between softmax(<paramref name="logits"/>) and a class number.</summary>
    public static Variable SparseSoftmaxCrossEntropy(Variable logits, Variable labels) => LossOps.SparseSoftmaxCrossEntropyWithLogits.Node([logits, labels]).Out;

    /// <summary>The cross-entropy of each row between softmax(<paramref name="logits"/>) and probabilities.</summary>
    public static Variable SoftmaxCrossEntropy(Variable logits, Variable labels) => LossOps.SoftmaxCrossEntropyWithLogits.Node([logits, labels]).Out;

    static Variable Reduce(Op op, Variable x, int? axis, bool keepDims)
    {
        if (axis is null && !x.Shape.HasRank) throw new ShapeException($"{op.Name}: the rank of {x.Name} is unknown. Name the axis.") { Op = op.Name };
        var axes = axis is { } one ? Constant(one, DType.Int32) : Ints([.. Enumerable.Range(0, x.Shape.Rank).Select(i => (long)i)]);
        return op.Call([x, axes], ("keep_dims", keepDims));
    }

    /// <summary>A gradient summed over the axes along which a value of shape <paramref name="like"/> was broadcast.</summary>
    internal static Variable SumTo(this Variable g, Variable like)
    {
        var (from, to) = (g.Shape, like.Shape);
        if (from.HasRank && to.HasRank && Broadcasted(from, to) is { } axes)
        {
            if (axes.Length == 0) return g;
            var keep = from.Rank == to.Rank;
            var sum = ReduceOps.Sum.Call([g, Ints(axes)], ("keep_dims", keep));
            return keep || sum.Shape == to ? sum : ReshapeLike(sum, like);
        }
        var reduced = ArrayOps.BroadcastGradientArgs.Call([ArrayOps.ShapeOp.Call(like), ArrayOps.ShapeOp.Call(g)], Attrs.None).Out;
        return ArrayOps.Reshape.Call(ReduceOps.Sum.Call([g, reduced], ("keep_dims", true)), ArrayOps.ShapeOp.Call(like));
    }

    /// <summary>The axes to sum; null where a dimension is not known and it could go either way.</summary>
    static long[]? Broadcasted(Shape from, Shape to)
    {
        var axes = new List<long>();
        for (var i = 0; i < from.Rank; i++)
        {
            var at = i - (from.Rank - to.Rank);
            if (at < 0) axes.Add(i);
            else if (to[at] == 1 && from[i] != 1) axes.Add(i);
            else if (to[at] == Dim.Any && from[i] != 1) return null;
        }
        return [.. axes];
    }
}
