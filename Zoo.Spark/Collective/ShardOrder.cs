namespace Zoo.Spark.Collective;

/// <summary>
/// Which shards of a batch each worker computes, and the fixed order in which what they give is added up. By default each worker is one shard, and sums are made in
/// the order of the ranks. A given number of shards is added up along a binary tree over their numbers, so that the bits do not depend on the number of workers: a
/// worker adds up the subtrees that it holds, and gives their sums.
/// </summary>
internal sealed class ShardOrder
{
    internal ShardOrder(int workers, int? shards = null)
    {
        (Shards, IsTree) = (shards ?? workers, shards is not null);
        Bounds = Slices.Bounds(Shards, workers);
        var (items, first) = (new List<int>(), new int[workers + 1]);
        var all = new Stack(this);
        for (var rank = 0; rank < workers; rank++)
        {
            var own = new Stack(this);
            for (var shard = Bounds[rank]; shard < Bounds[rank + 1]; shard++) own.Push((shard, shard + 1));
            items.AddRange(own.Held.Select(all.Push));
            first[rank + 1] = items.Count;
        }
        (Merges, Items) = ([.. items], first);
    }

    /// <summary>Whether sums follow a fixed tree over a given number of shards, in place of the workers' order.</summary>
    internal bool IsTree { get; }

    /// <summary>The number of shards.</summary>
    internal int Shards { get; }

    /// <summary>Worker r has the shards from number r up to number r + 1.</summary>
    internal int[] Bounds { get; }

    /// <summary>The sums that worker r gives are those from number r up to number r + 1.</summary>
    internal int[] Items { get; }

    /// <summary>With how many of those before each sum is joined when it has come.</summary>
    internal int[] Merges { get; }

    /// <summary>What holds sums that cannot be joined yet.</summary>
    internal Stack Begin() => new(this);

    /// <summary>Adds up what all shards gave, as workers would.</summary>
    internal NDArray Sum(IEnumerable<NDArray> parts)
    {
        var (stack, held, shard) = (Begin(), new List<NDArray>(), 0);
        foreach (var part in parts)
        {
            held.Add(part.Clone());
            for (var merges = stack.Push((shard, ++shard)); merges > 0; merges--)
            {
                var (sum, more) = (held[^2], held[^1]);
                for (var i = 0; i < sum.Count; i++) sum.SetNumber(i, sum.Number(i) + more.Number(i));
                held.RemoveAt(held.Count - 1);
            }
        }
        return held.Single();
    }

    bool Joins((int From, int To) left, (int From, int To) right)
    {
        if (!IsTree) return true;
        var size = left.To - left.From;
        return int.IsPow2(size) && left.From % (2 * size) == 0 && right.To == Math.Min(left.From + 2 * size, Shards);
    }

    /// <summary>Sums of neighbouring shards; the last ones are joined as soon as they are siblings.</summary>
    internal sealed class Stack(ShardOrder order)
    {
        readonly List<(int From, int To)> held = [];

        internal IReadOnlyList<(int From, int To)> Held => held;

        /// <summary>Lays a sum on the others; gives how often the two topmost are then to be added up, the upper to the lower.</summary>
        internal int Push((int From, int To) next)
        {
            held.Add(next);
            var merges = 0;
            for (; held.Count > 1 && order.Joins(held[^2], held[^1]); merges++)
            {
                held[^2] = (held[^2].From, held[^1].To);
                held.RemoveAt(held.Count - 1);
            }
            return merges;
        }
    }
}
