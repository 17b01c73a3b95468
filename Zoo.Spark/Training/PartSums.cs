using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>What the step on a shard gives to be added up, laid end to end in regions: the engine writes into them, the sockets send from them.</summary>
internal sealed class PartSums
{
    internal PartSums(StepPlan plan)
    {
        Gradients = Array.ConvertAll(plan.Regions, r => NDArray.Zeros([r.Count], r.DType));
        Moved = Array.ConvertAll(plan.MovedRegions, r => NDArray.Zeros([r.Count], r.DType));
        Denominators = NDArray.Zeros([plan.Denominators?.Fetches.Length ?? 0], DType.Float64);
        Squares = NDArray.Zeros([plan.NormCount], DType.Float64);
        Results = [Total.Reshape(Shape.Scalar), .. plan.Trained.Select(s => In(Gradients, s)), .. plan.Moved.Select(s => In(Moved, s)), .. plan.Sizes.Select(s => In(Moved, s)), .. plan.Set.Select(s => NDArray.Zeros(s.Shape, s.DType))];
    }

    /// <summary>The loss.</summary>
    internal NDArray Total { get; } = NDArray.Zeros([1], DType.Float64);

    internal NDArray[] Gradients { get; }

    internal NDArray[] Moved { get; }

    /// <summary>What losses are divided by.</summary>
    internal NDArray Denominators { get; }

    /// <summary>Sums of squares of gradients.</summary>
    internal NDArray Squares { get; }

    /// <summary>All results of <see cref="StepPlan.Parts"/>.</summary>
    internal NDArray?[] Results { get; }

    /// <summary>A shard without samples adds nothing.</summary>
    internal void Clear()
    {
        foreach (var array in (NDArray[])[Total, .. Gradients, .. Moved]) array.Bytes.Clear();
    }

    internal static NDArray In(NDArray[] regions, Spot spot) => regions[spot.Region].Rows(spot.From, (int)spot.Shape.Elements).Reshape(spot.Shape);
}

/// <summary>The sums of a worker's shards, of which as few are held apart as the order of adding up lets.</summary>
internal sealed class ShardSums(StepPlan plan, ShardOrder order, int rank)
{
    readonly List<PartSums> slots = [new(plan)];

    /// <summary>The sums at the end; the first is where sums over all workers come to lie.</summary>
    internal PartSums First => slots[0];

    /// <summary>The number of this worker's shards.</summary>
    internal int Shards => order.Bounds[rank + 1] - order.Bounds[rank];

    /// <summary>Does something for each shard, in memory of its own, and adds up what <paramref name="of"/> names; gives the sums that are left.</summary>
    internal PartSums[] Each(Action<int, PartSums> make, Func<PartSums, NDArray[]> of)
    {
        var (stack, depth) = (order.Begin(), 0);
        for (var i = 0; i < Shards; i++)
        {
            if (depth == slots.Count) slots.Add(new(plan));
            make(i, slots[depth++]);
            for (var merges = stack.Push((order.Bounds[rank] + i, order.Bounds[rank] + i + 1)); merges > 0; merges--, depth--)
                foreach (var (sum, more) in of(slots[depth - 2]).Zip(of(slots[depth - 1]))) Communicator.Add(sum.Bytes, more.Bytes, sum.DType, first: false);
        }
        return [.. slots[..depth]];
    }
}
