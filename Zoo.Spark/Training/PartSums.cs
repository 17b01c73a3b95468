using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>What the step on a shard gives to be added up, laid end to end in regions: the engine writes into them, the sockets send from them.</summary>
internal sealed class PartSums
{
    internal PartSums(StepPlan plan)
    {
        Gradients = Array.ConvertAll(plan.Regions, r => NDArray.Fixed([r.Count], r.DType));
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
    int depth, joins;

    /// <summary>The sums at the end; the first is where sums over all workers come to lie.</summary>
    internal PartSums First => slots[0];

    /// <summary>The number of this worker's shards.</summary>
    internal int Shards => order.Bounds[rank + 1] - order.Bounds[rank];

    /// <summary>Does something for each shard, in memory of its own, and adds up what <paramref name="of"/> names; what the last one gave waits for <see cref="Join"/>.</summary>
    internal void Each(Action<int, PartSums> make, Func<PartSums, NDArray[]> of)
    {
        var stack = order.Begin();
        depth = 0;
        for (var i = 0; i < Shards; i++)
        {
            if (depth == slots.Count) slots.Add(new(plan));
            depth++;
            joins = stack.Push((order.Bounds[rank] + i, order.Bounds[rank] + i + 1));   // before it is made: what is ready early may be joined early
            make(i, slots[depth - 1]);
            if (i == Shards - 1) return;
            for (; joins > 0; joins--, depth--)
                foreach (var (sum, more) in of(slots[depth - 2]).Zip(of(slots[depth - 1]))) Add(sum, more);
        }
    }

    /// <summary>Adds up one thing of the last shard too; gives the sums that are left. Once for each thing.</summary>
    internal NDArray[] Join(Func<PartSums, NDArray> of)
    {
        var held = slots[..depth].ConvertAll(s => of(s));
        for (var i = 0; i < joins; i++)
        {
            Add(held[^2], held[^1]);
            held.RemoveAt(held.Count - 1);
        }
        return [.. held];
    }

    static void Add(NDArray sum, NDArray more) => Communicator.Add(sum.Bytes, more.Bytes, sum.DType, first: false);
}
