using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>The k largest of each row (the last axis), the largest first, of equal ones the first, and their places (int32).</summary>
    /// <exception cref="ShapeException">A row is shorter than k.</exception>
    public static (Variable Values, Variable Indices) TopK(Variable x, int k) => TopK(x, Constant(k, DType.Int32));

    internal static (Variable Values, Variable Indices) TopK(Variable x, Variable k) => SortOps.TopKV2.Node([x, k]).Outputs is [var values, var places] ? (values, places) : throw new InvalidOperationException();

    /// <summary>Whether a row's target class is among its k largest predictions (float32); bool.</summary>
    public static Variable InTopK(Variable targets, Variable predictions, int k) => SortOps.InTopKV2.Call(predictions, targets, Constant(k, targets.DType));

    /// <summary>The elements of an axis in rising order, or falling.</summary>
    public static Variable Sort(Variable x, int axis = -1, bool descending = false) => AtEnd(x, axis, v =>
    {
        var sorted = TopK(descending ? v : -v, SizeOf(v, v.Shape.Rank - 1)).Values;
        return descending ? sorted : -sorted;
    });

    /// <summary>The places of an axis' elements in rising order, or falling; int32. Equal ones stay in their order.</summary>
    public static Variable Argsort(Variable x, int axis = -1, bool descending = false) => AtEnd(x, axis, v => TopK(descending ? v : -v, SizeOf(v, v.Shape.Rank - 1)).Indices);

    /// <summary>Slices by vectors of indices: the last axis of <paramref name="indices"/> names places in the first axes of x.</summary>
    public static Variable GatherNd(Variable x, Variable indices) => ScatterOps.GatherNd.Call(x, indices);

    /// <summary>Zeros of a shape with slices added at places: what <see cref="GatherNd"/> took, put back.</summary>
    public static Variable ScatterNd(Variable indices, Variable updates, Shape shape) => ScatterOps.ScatterNd.Call(indices, updates, Constant(ArrayOps.Numbers(shape.Dims, indices.DType)));

    /// <summary>x with slices replaced.</summary>
    public static Variable TensorScatterUpdate(Variable x, Variable indices, Variable updates) => ScatterOps.TensorScatterUpdate.Call(x, indices, updates);
    /// <summary>x with something added to slices.</summary>
    public static Variable TensorScatterAdd(Variable x, Variable indices, Variable updates) => ScatterOps.TensorScatterAdd.Call(x, indices, updates);
    /// <summary>x with something taken from slices.</summary>
    public static Variable TensorScatterSub(Variable x, Variable indices, Variable updates) => ScatterOps.TensorScatterSub.Call(x, indices, updates);
    /// <summary>x with the larger of slices and updates.</summary>
    public static Variable TensorScatterMax(Variable x, Variable indices, Variable updates) => ScatterOps.TensorScatterMax.Call(x, indices, updates);
    /// <summary>x with the smaller of slices and updates.</summary>
    public static Variable TensorScatterMin(Variable x, Variable indices, Variable updates) => ScatterOps.TensorScatterMin.Call(x, indices, updates);

    /// <summary>The entries of an axis at places that each row names: x and <paramref name="indices"/> have equal sizes but for that axis (Keras' take_along_axis).</summary>
    public static Variable TakeAlongAxis(Variable x, Variable indices, int axis)
    {
        var at = x.Shape.Axis(axis, "TakeAlongAxis");
        return AtEnd(x, at, v => IndexOps.Gather.Call([v, AtEnd(indices, at, i => i), Constant(v.Shape.Rank - 1, DType.Int32)], ("batch_dims", v.Shape.Rank - 1)));
    }

    /// <summary>The places of what is true or not zero: int64 [count, rank]; the count is known when it has run.</summary>
    public static Variable Where(Variable condition) => FindOps.Where.Call(condition);

    /// <summary>The elements of x, or its slices, where the mask holds; how many is known when it has run.</summary>
    public static Variable BooleanMask(Variable x, Variable mask) => GatherNd(x, Where(mask));

    /// <summary>The different values of a vector in the order of their first appearance, and the number of each element's value (int32).</summary>
    public static (Variable Values, Variable Indices) Unique(Variable x)
    {
        var node = FindOps.Unique.Node([x]);
        return (node.Outputs[0], node.Outputs[1]);
    }

    /// <summary>The same, and how often each value appears.</summary>
    public static (Variable Values, Variable Indices, Variable Counts) UniqueWithCounts(Variable x)
    {
        var node = FindOps.UniqueWithCounts.Node([x]);
        return (node.Outputs[0], node.Outputs[1], node.Outputs[2]);
    }

    /// <summary>How often each of 0 to <paramref name="size"/> − 1 appears among integers, each row of a matrix by itself; weighted, or as 0 and 1.</summary>
    public static Variable Bincount(Variable x, int size, Variable? weights = null, bool binary = false, DType dtype = DType.Int32) =>
        CountOps.DenseBincount.Call([x, Constant(size, x.DType), weights ?? Constant(NDArray.Zeros([0], dtype))], ("binary_output", binary));

    /// <summary>How many values fall in each of equal bins from low to high; those outside count in the first and the last.</summary>
    public static Variable HistogramFixedWidth(Variable x, double low, double high, int bins = 100)
    {
        var range = NDArray.Zeros([2], x.DType);
        range.SetNumber(0, low);
        range.SetNumber(1, high);
        return CountOps.HistogramFixedWidth.Call(x, Constant(range), Constant(bins, DType.Int32));
    }

    /// <summary>The place where each value could stand in its sorted row: before equal ones, or behind them with <paramref name="right"/>. Both are matrices or both vectors; int32.</summary>
    public static Variable SearchSorted(Variable sorted, Variable values, bool right = false)
    {
        var op = right ? CountOps.UpperBound : CountOps.LowerBound;
        return sorted.Shape.Rank == 1 ? Squeeze(op.Call(ExpandDims(sorted, 0), Reshape(values, [1, Dim.Any])), 0) : op.Call(sorted, values);
    }

    /// <summary>The number of boundaries that are not above each value: int32.</summary>
    public static Variable Bucketize(Variable x, params double[] boundaries) => CountOps.Bucketize.Call([x], ("boundaries", boundaries));

    /// <summary>Sums of rows with equal numbers; the numbers rise from 0.</summary>
    public static Variable SegmentSum(Variable data, Variable ids) => SegmentOps.SegmentSum.Call(data, ids);
    /// <summary>Means of rows with equal numbers; the numbers rise from 0.</summary>
    public static Variable SegmentMean(Variable data, Variable ids) => SegmentOps.SegmentMean.Call(data, ids);
    /// <summary>The largest of rows with equal numbers; the numbers rise from 0.</summary>
    public static Variable SegmentMax(Variable data, Variable ids) => SegmentOps.SegmentMax.Call(data, ids);
    /// <summary>The smallest of rows with equal numbers; the numbers rise from 0.</summary>
    public static Variable SegmentMin(Variable data, Variable ids) => SegmentOps.SegmentMin.Call(data, ids);
    /// <summary>Products of rows with equal numbers; the numbers rise from 0.</summary>
    public static Variable SegmentProd(Variable data, Variable ids) => SegmentOps.SegmentProd.Call(data, ids);
    /// <summary>Sums of rows by number, in any order; negative numbers drop out.</summary>
    public static Variable UnsortedSegmentSum(Variable data, Variable ids, int segments) => IndexOps.UnsortedSegmentSum.Call(data, ids, Constant(segments, DType.Int32));
    /// <summary>The largest of rows by number, in any order; negative numbers drop out.</summary>
    public static Variable UnsortedSegmentMax(Variable data, Variable ids, int segments) => SegmentOps.UnsortedSegmentMax.Call(data, ids, Constant(segments, DType.Int32));
    /// <summary>The smallest of rows by number, in any order; negative numbers drop out.</summary>
    public static Variable UnsortedSegmentMin(Variable data, Variable ids, int segments) => SegmentOps.UnsortedSegmentMin.Call(data, ids, Constant(segments, DType.Int32));
    /// <summary>Products of rows by number, in any order; negative numbers drop out.</summary>
    public static Variable UnsortedSegmentProd(Variable data, Variable ids, int segments) => SegmentOps.UnsortedSegmentProd.Call(data, ids, Constant(segments, DType.Int32));
    /// <summary>Means of rows by number, in any order; 0 where there are none.</summary>
    public static Variable UnsortedSegmentMean(Variable data, Variable ids, int segments) => UnsortedSegmentSum(data, ids, segments) / Maximum(UnsortedSegmentSum(OnesLike(data), ids, segments), 1);
}
