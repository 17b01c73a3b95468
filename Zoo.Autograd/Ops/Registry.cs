using System.Collections.Frozen;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>All ops, by TensorFlow's name.</summary>
internal static class Registry
{
    internal static FrozenDictionary<string, Op> All { get; } =
        new[]
        {
            ArrayOps.All,
            BitOps.All,
            ColorOps.All,
            CompareOps.All,
            ConvOps.All,
            CountOps.All,
            CropOps.All,
            CumulativeOps.All,
            DiagonalOps.All,
            EinsumOps.All,
            FindOps.All,
            FlowOps.All,
            IndexOps.All,
            JoinOps.All,
            LinearAlgebraOps.All,
            LinearOps.All,
            ListOps.All,
            LocalNorm.All,
            LossOps.All,
            MathOps.All,
            NNOps.All,
            NormOps.All,
            OlderOps.All,
            PadOps.All,
            PatchOps.All,
            PoolOps.All,
            ProjectionOps.All,
            RandomOps.All,
            ReduceOps.All,
            ReorderOps.All,
            ResizeOps.All,
            ScatterOps.All,
            SegmentOps.All,
            SliceOps.All,
            SortOps.All,
            SpecialOps.All,
            StateOps.All,
            StitchOps.All,
            TableOps.All,
            TextNumberOps.All,
            TextOps.All,
            TextSplitOps.All,
        }
            .SelectMany(ops => ops).ToFrozenDictionary(op => op.Name);

    /// <summary>Ops of ours that TensorFlow lacks: graphs for it hold their bodies.</summary>
    internal static FrozenDictionary<string, Op> Composites { get; } = new[] { ScanOps.All }.SelectMany(ops => ops).ToFrozenDictionary(op => op.Name);

    internal static Op Get(string name) => All.GetValueOrDefault(name) ?? throw new GraphException($"op: '{name}' is not known. {All.Count} ops are: docs/coverage.md lists them.");
}
