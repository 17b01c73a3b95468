using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    /// <summary>Places as int32 numbers that are fed.</summary>
    static Derived Places(Shape shape, params int[] values) => new(shape, _ => NDArray.From(values, shape));

    /// <summary>Lengths, numbers of segments: a vector of int32 that is fed.</summary>
    static Derived Fed(params int[] values) => Places([values.Length], values);

    static Dictionary<string, OpVariant[]> Selections() => new()
    {
        ["TopKV2"] = [V(D(3, 4), N(2)), V(D(2, 3, 50), N(40)), V(D(5), N(5)), V(D(3, 4), N(0)), V([D(3, 4), N(1)], ("index_type", DType.Int64)), V(D(2, 1, 3, 1, 5), N(3)), V(D(0, 4), N(2))],
        ["TopK"] = [V([D(3, 4)], ("k", 2)), V([D(2, 3, 5)], ("k", 3)), V([D(5)], ("k", 5))],
        ["InTopKV2"] = [V(D(4, 5), Ix(5, 4), N(2)), V(D(6, 3), Ix(4, 6), N(1)), V(D(3, 4), Ix(4, 3), N(4))],
        ["InTopK"] = [V([D(4, 5), Ix(5, 4)], ("k", 2)), V([D(6, 3), Ix(4, 6)], ("k", 1)), V([D(3, 4), Ix(4, 3)], ("k", 4))],
        ["NthElement"] = [V(D(3, 4), N(1)), V([D(2, 3, 5), N(0)], ("reverse", true)), V(D(5), N(4))],

        ["GatherNd"] = [V(D(3, 4), Ix(3, 5, 2)), V(D(3, 4), Ix(3, 2, 3, 1)), V(D(2, 3, 4), Ix(2, 5, 3)), V(D(3, 4), Ix(3, 0, 2)), V(D(2, 1, 3, 1, 2), Ix(1, 4, 2))],
        ["ScatterNd"] = [V(Ix(3, 5, 2), D(5), I(3, 4)), V(Ix(3, 2, 3, 1), D(2, 3, 4), I(3, 4)), V(Ix(2, 5, 3), D(5), I(2, 3, 4)), V(Ix(3, 0, 1), D(0, 4), I(3, 4))],
        ["TensorScatterUpdate"] = Scatters(Places([3, 2], 0, 1, 2, 0, 1, 1)),
        ["TensorScatterAdd"] = Scatters(Ix(3, 3, 2)),
        ["TensorScatterSub"] = Scatters(Ix(3, 3, 2)),
        ["TensorScatterMin"] = Scatters(Ix(3, 3, 2)),
        ["TensorScatterMax"] = Scatters(Ix(3, 3, 2)),
        ["ScatterNdNonAliasingAdd"] = Scatters(Ix(3, 3, 2)),

        ["Where"] = [V(D(3, 4)), V(D(12)), V(D(2, 3, 4)), V(D(0, 4))],
        ["Unique"] = [V(D(9)), V(D(1)), V([D(20)], ("out_idx", DType.Int64)), V(D(0))],
        ["UniqueV2"] = [V(D(9), I()), V(D(3, 4), I(0)), V([D(2, 3, 2), I(-1)], ("out_idx", DType.Int64)), V(D(2, 5), I(1))],
        ["UniqueWithCounts"] = [V(D(9)), V(D(1)), V([D(20)], ("out_idx", DType.Int64))],
        ["UniqueWithCountsV2"] = [V(D(9), I()), V(D(3, 4), I(0)), V([D(2, 3, 2), I(-1)], ("out_idx", DType.Int64))],
        ["ListDiff"] = [V(D(9), D(3)), V(D(1), D(1)), V([D(20), D(4)], ("out_idx", DType.Int64))],

        ["Bincount"] = [V(Ix(5, 9), N(6), D(9)), V(Ix(5, 3, 4), N(4), D(3, 4)), V(Ix(5, 9), N(6), D(0))],
        ["DenseBincount"] = [V(Ix(5, 9), N(6), D(9)), V(Ix(5, 3, 4), N(4), D(3, 4)), V(Ix(5, 9), N(6), D(0)), V([Ix(5, 3, 4), N(5), D(0)], ("binary_output", true)), V([Ix(5, 9), N(5), D(9)], ("binary_output", true))],
        ["HistogramFixedWidth"] = [V(D([20], -3, 3), new Fixed(new[] { -2f, 2 }, true), N(5)), V(D([3, 4], -3, 3), new Fixed(new[] { 0f, 2 }, true), N(4)), V([D([7], -3, 3), new Fixed(new[] { -1f, 1 }, true), N(1)], ("dtype", DType.Int64))],
        ["LowerBound"] = [V(Rising(2, 5), D(2, 3)), V(Rising(1, 7), D(1, 4)), V([Rising(3, 4), D(3, 9)], ("out_type", DType.Int64))],
        ["UpperBound"] = [V(Rising(2, 5), D(2, 3)), V(Rising(1, 7), D(1, 4)), V([Rising(3, 4), D(3, 9)], ("out_type", DType.Int64))],
        ["Bucketize"] = [V([D(3, 4)], ("boundaries", new double[] { -1, 0, .5 })), V([D(9)], ("boundaries", new double[] { 0 })), V([D(2, 3)], ("boundaries", Array.Empty<double>()))],

        ["SegmentSum"] = Segments(),
        ["SegmentMean"] = Segments(),
        ["SegmentMax"] = Segments(),
        ["SegmentMin"] = Segments(),
        ["SegmentProd"] = Segments(),
        ["SparseSegmentSum"] = SparseSegments(),
        ["SparseSegmentMean"] = SparseSegments(),
        ["SparseSegmentSqrtN"] = SparseSegments(),
        ["UnsortedSegmentMax"] = Unsorted(),
        ["UnsortedSegmentMin"] = Unsorted(),
        ["UnsortedSegmentProd"] = Unsorted(),
        ["DynamicPartition"] = [V([D(5, 2), Ix(3, 5)], ("num_partitions", 3)), V([D(2, 3, 4), Ix(2, 2, 3)], ("num_partitions", 2)), V([D(7), Ix(2, 7)], ("num_partitions", 4))],
        ["DynamicStitch"] = Stitches(),
        ["ParallelDynamicStitch"] = Stitches(),
        ["InvertPermutation"] = [V(Fed(2, 0, 1)), V(Fed(0)), V(Fed(4, 3, 1, 0, 2)), V(I(1, 0))],
        ["ConcatOffset"] = [V(N(0), I(2, 3), I(4, 3)), V(N(1), I(2, 3), I(2, 5), I(2, 1)), V(N(-1), I(2, 3), I(2, 5))],

        ["Roll"] = [V(D(3, 4), N(1), N(1)), V(D(2, 3, 4), I(1, -2), I(0, 2)), V(D(5), N(7), N(-1)), V(D(3, 4), I(1, 1), I(0, 0))],
        ["ReverseSequence"] = [V([D(3, 4), Fed(1, 4, 0)], ("seq_dim", 1)), V([D(4, 3, 2), Fed(2, 4, 3)], ("seq_dim", 0), ("batch_dim", 1)), V([D(2, 3, 5), Fed(3, 2)], ("seq_dim", 2)), V([D(2, 5, 3), Fed(1, 3)], ("seq_dim", 1))],
        ["Reverse"] = [V(D(3, 4), Flags(false, true)), V(D(2, 3, 4), Flags(true, false, true)), V(D(5), Flags(false))],
        ["SpaceToDepth"] = [V([D(2, 4, 6, 3)], ("block_size", 2)), V([D(1, 3, 3, 2)], ("block_size", 3)), V([D(2, 2, 4, 1)], ("block_size", 2))],
        ["DepthToSpace"] = [V([D(2, 2, 3, 8)], ("block_size", 2)), V([D(1, 1, 2, 9)], ("block_size", 3)), V([D(2, 2, 4, 4)], ("block_size", 2))],
        ["SpaceToBatchND"] = [V(D(2, 4, 6, 3), I(2, 3), M(new[,] { { 0, 0 }, { 0, 0 } })), V(D(1, 3, 5), I(2), M(new[,] { { 1, 0 } })), V(D(2, 3, 4, 2), I(2, 2), M(new[,] { { 0, 1 }, { 2, 0 } }))],
        ["BatchToSpaceND"] = [V(D(12, 2, 2, 3), I(2, 3), M(new[,] { { 0, 0 }, { 0, 0 } })), V(D(4, 3, 5), I(2), M(new[,] { { 1, 0 } })), V(D(4, 3, 4, 2), I(2, 2), M(new[,] { { 0, 1 }, { 2, 0 } }))],
        ["SpaceToBatch"] = [V([D(2, 4, 6, 3), M(new[,] { { 0, 0 }, { 0, 0 } })], ("block_size", 2)), V([D(1, 3, 4, 1), M(new[,] { { 1, 0 }, { 2, 0 } })], ("block_size", 2)), V([D(1, 3, 3, 2), M(new[,] { { 0, 0 }, { 0, 0 } })], ("block_size", 3))],
        ["BatchToSpace"] = [V([D(8, 2, 3, 3), M(new[,] { { 0, 0 }, { 0, 0 } })], ("block_size", 2)), V([D(4, 3, 4, 1), M(new[,] { { 1, 0 }, { 2, 0 } })], ("block_size", 2)), V([D(9, 1, 1, 2), M(new[,] { { 0, 0 }, { 0, 0 } })], ("block_size", 3))],

        ["IdentityN"] = [V(D(3, 4), D(2)), V(D(3, 4)), V(D(), D(2), D(0))],
        ["Snapshot"] = [V(D(3, 4)), V(D()), V(D(2, 3, 4))],
        ["PreventGradient"] = [V(D(3, 4)), V(D()), V(D(2, 3, 4))],
        ["EnsureShape"] = [V([D(3, 4)], ("shape", Shape.Create([Dim.Any, 4]))), V([D(2, 3, 4)], ("shape", Shape.Create([2, Dim.Any, Dim.Any]))), V([D()], ("shape", Shape.Scalar))],
        ["ShapeN"] = [V(D(3, 4), D(2)), V([D(3, 4), D(), D(2, 3, 4)], ("out_type", DType.Int64)), V(D(5))],
        ["BroadcastArgs"] = [V(I(3, 4), I(4)), V(I(3, 1), I(1, 4)), V(I(), I(2, 3))],
        ["LinSpace"] = [V(D(), D(), N(5)), V(D(), D(), N(1)), V(T(2), D(), N(9))],
        ["Select"] = [V(D(3, 4), D(3, 4), D(3, 4)), V(D(3), D(3, 4), D(3, 4)), V(D(), D(3, 4), D(3, 4))],
        ["Concat"] = [V(N(1), D(3, 4), D(3, 2)), V(N(0), D(3, 4), D(2, 4), D(1, 4)), V(N(-2), D(2, 3, 4), D(2, 1, 4))],
        ["Gather"] = [V(D(5, 4), Ix(5, 3)), V(D(5), Ix(5, 2, 4)), V(D(3, 2, 4), Ix(3))],
        ["ClipByValue"] = [V(D(3, 4), T(-1), T(1)), V(D(3, 4), D([3, 4], -2, 0), D([3, 4], 1, 2)), V(D(), T(-1), T(1)), V(D(37, 41), T(0), T(1))],
        // TensorFlow has no gradient for the orders and shapes, so they are constants here
        ["Polygamma"] = [V(new Fixed(new[] { 1f, 1, 0, 2 }, true), D([3, 4], .5, 3)), V(T(0), D([2, 5], .5, 3)), V(new Fixed(new[] { 1f, 2, 3 }, true), D([4, 3], .5, 3))],
        ["Zeta"] = [V(new Fixed(new[] { 1.5f, 2, 3, 4 }, true), D([3, 4], .5, 3)), V(T(2), D([2, 5], .5, 3)), V(T(2.5), D([], .5, 3))],
        ["Betainc"] = [V(new Fixed(new[] { .5f, 1, 2 }, true), new Fixed(new[] { 1f, .5f, 3 }, true), D([3], .05, .95)), V(T(2), T(3), D([2, 5], .05, .95)), V(T(.5), T(2), D([], .1, .9))],
        ["NextAfter"] = [V(D(3, 4), D(3, 4)) with { Smooth = false }, V(D(3, 4), D(4)) with { Smooth = false }, V(D(), D(2, 2)) with { Smooth = false }],
        ["ApproximateEqual"] = [V(D(3, 4), D(3, 4)), V([D(3, 4), D(3, 4)], ("tolerance", 1.0)), V(D(), D())],
        ["L2Loss"] = [V(D(3, 4)), V(D()), V(D(37, 41))],
        ["AccumulateNV2"] = [V([D(3, 4), D(3, 4)], ("shape", Shape.Create([3, 4]))), V([D(2)], ("shape", Shape.Create([2]))), V([D(), D(), D()], ("shape", Shape.Scalar))],
        ["CumulativeLogsumexp"] = [V(D(3, 4), N(1)), V([D(2, 3, 4), N(1)], ("reverse", true)), V(D(5), N(-1)), V([D(3, 4), N(0)], ("exclusive", true)) with { Smooth = false }],
        ["EuclideanNorm"] = Reductions(),
    };

    static Fixed Flags(params bool[] values) => new(values);

    /// <summary>Rows of numbers that rise.</summary>
    static Data Rising(long rows, long columns) => D([rows, columns], -2, 2);

    static OpVariant[] Scatters(OpInput pairs) => [V(D(3, 4), pairs, D(3)), V(D(3, 4), Places([2, 1], 2, 0), D(2, 4)), V(D(2, 3, 4), Places([1, 2], 1, 2), D(1, 4)), V(D(3, 4), Ix(3, 0, 1), D(0, 4))];

    static OpVariant[] Segments() => [V(D(5, 2), Fed(0, 0, 1, 2, 2)), V(D(4), Fed(0, 2, 2, 3)), V(D(3, 2, 2), Fed(1, 1, 1)), V(D(0, 2), Ix(1, 0))];

    static OpVariant[] SparseSegments() => [V(D(5, 2), Fed(4, 0, 1), Fed(0, 0, 1)), V(D(4, 3), Fed(1, 1, 2, 3), Fed(0, 1, 1, 2)), V(D(3, 2, 2), Fed(2), Fed(0))];

    static OpVariant[] Unsorted() => [V(D(5, 4), Ix(3, 5), N(3)), V(D(2, 3, 4), Ix(7, 2, 3), N(7)) with { Smooth = false }, V(D(6), Ix(2, 6), N(4)) with { Smooth = false }, V(D(4, 2), Fed(1, -1, 0, 1), N(2))];

    static OpVariant[] Stitches() => [V(Fed(2, 0), Fed(1, 3), D(2, 3), D(2, 3)), V(Fed(0, 1, 2), D(3)), V(Places([2, 2], 3, 1, 0, 2), Places([], 4), D(2, 2, 2), D(2))];
}
