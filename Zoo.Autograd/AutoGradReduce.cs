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
    /// <summary>The product along an axis, or of all elements.</summary>
    public static Variable Product(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Prod, x, axis, keepDims);
    /// <summary>The sum over several axes.</summary>
    public static Variable Sum(Variable x, int[] axes, bool keepDims = false) => Reduce(ReduceOps.Sum, x, axes, keepDims);
    /// <summary>The mean over several axes.</summary>
    public static Variable Mean(Variable x, int[] axes, bool keepDims = false) => Reduce(ReduceOps.Mean, x, axes, keepDims);
    /// <summary>The largest over several axes.</summary>
    public static Variable Max(Variable x, int[] axes, bool keepDims = false) => Reduce(ReduceOps.Max, x, axes, keepDims);
    /// <summary>The smallest over several axes.</summary>
    public static Variable Min(Variable x, int[] axes, bool keepDims = false) => Reduce(ReduceOps.Min, x, axes, keepDims);
    /// <summary>Mean and variance over several axes.</summary>
    public static (Variable Mean, Variable Variance) Moments(Variable x, int[] axes, bool keepDims = false)
    {
        var mean = Mean(x, axes, keepDims: true);
        var variance = Mean(SquaredDifference(x, mean), axes, keepDims);
        return (keepDims ? mean : ReshapeLike(mean, variance), variance);
    }
    /// <summary>The logarithm of the sum of eˣ along an axis, exact where that overflows.</summary>
    public static Variable LogSumExp(Variable x, int axis = -1, bool keepDims = false)
    {
        var max = StopGradient(Max(x, axis, keepDims: true));
        var sum = Log(Sum(Exp(x - max), axis, keepDims));
        return sum + (keepDims ? max : ReshapeLike(max, sum));
    }
    /// <summary>The running sum along an axis; <paramref name="exclusive"/> leaves out the element itself, <paramref name="reverse"/> runs from the end.</summary>
    public static Variable Cumsum(Variable x, int axis, bool exclusive = false, bool reverse = false) =>
        CumulativeOps.Cumsum.Call([x, Constant(axis, DType.Int32)], ("exclusive", exclusive), ("reverse", reverse));
    /// <summary>The running product along an axis; <paramref name="exclusive"/> leaves out the element itself, <paramref name="reverse"/> runs from the end.</summary>
    public static Variable Cumprod(Variable x, int axis, bool exclusive = false, bool reverse = false) =>
        CumulativeOps.Cumprod.Call([x, Constant(axis, DType.Int32)], ("exclusive", exclusive), ("reverse", reverse));
    /// <summary>Whether all along an axis, or all elements, are true; bool.</summary>
    public static Variable All(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.All_, x, axis, keepDims);
    /// <summary>Whether any along an axis, or any element, is true; bool.</summary>
    public static Variable Any(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.Any, x, axis, keepDims);
    /// <summary>x / √max(Σ x², <paramref name="epsilon"/>) along an axis.</summary>
    public static Variable L2Normalize(Variable x, int axis = -1, double epsilon = 1e-12) => x * Rsqrt(Maximum(Sum(Square(x), axis, keepDims: true), epsilon));
    /// <summary>Each element brought within low and high; the gradient is zero where it was outside.</summary>
    public static Variable Clip(Variable x, double low, double high) => Minimum(Maximum(x, low), high);
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
    /// <summary>eˣ over its sum along an axis.</summary>
    public static Variable Softmax(Variable x, int axis) => AtEnd(x, axis, Softmax);
    /// <summary>The logarithm of softmax along the last axis, exact where that underflows.</summary>
    public static Variable LogSoftmax(Variable x) => NNOps.LogSoftmax.Call(x);
    /// <summary>The logarithm of softmax along an axis.</summary>
    public static Variable LogSoftmax(Variable x, int axis) => AtEnd(x, axis, LogSoftmax);
    /// <summary>x where positive, else x · <paramref name="alpha"/>.</summary>
    public static Variable LeakyRelu(Variable x, double alpha = 0.2) => NNOps.LeakyRelu.Call([x], ("alpha", alpha));
    /// <summary>The scaled exponential linear unit: 1.0507 · x where positive, else 1.7581 · (eˣ − 1).</summary>
    public static Variable Selu(Variable x) => NNOps.Selu.Call(x);
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

    /// <summary>A function of the last axis applied to another one.</summary>
    static Variable AtEnd(Variable x, int axis, Func<Variable, Variable> f)
    {
        var rank = x.Shape.Rank;
        var at = x.Shape.Axis(axis, "Softmax");
        if (at == rank - 1) return f(x);
        var order = Enumerable.Range(0, rank).Select(i => (long)i).ToArray();
        (order[at], order[^1]) = (order[^1], order[at]);
        return Transpose(f(Transpose(x, order)), order);
    }

    static Variable Reduce(Op op, Variable x, int[] axes, bool keepDims) => op.Call([x, Constant(NDArray.From(axes))], ("keep_dims", keepDims));

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
