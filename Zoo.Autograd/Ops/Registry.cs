using System.Collections.Frozen;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>All ops, by TensorFlow's name.</summary>
internal static class Registry
{
    internal static FrozenDictionary<string, Op> All { get; } =
        new[] { StateOps.All, MathOps.All, CompareOps.All, ReduceOps.All, CumulativeOps.All, ArrayOps.All, SliceOps.All, PadOps.All, JoinOps.All, IndexOps.All, LinearOps.All, NNOps.All, ConvOps.All, PoolOps.All, NormOps.All, LossOps.All, RandomOps.All }
            .SelectMany(ops => ops).ToFrozenDictionary(op => op.Name);

    internal static Op Get(string name) => All.GetValueOrDefault(name) ?? throw new GraphException($"op: '{name}' is not known. {All.Count} ops are: docs/coverage.md lists them.");
}
