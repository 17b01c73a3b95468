using System.Diagnostics;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>A plan that is ready to run, with the memory in which gradients and weights travel: engines write into it and read from it, and so do the sockets.</summary>
internal sealed class PlannedStep
{
    readonly StepPlan plan;
    readonly Communicator others;
    readonly Func<int, Parameter> parameters;
    readonly ISession parts;
    readonly ISession? denominators, norms, update, read, assign;
    readonly ShardSums sums;
    readonly Buckets? buckets;
    readonly NDArray[] weights, updateFeeds, assignFeeds, pieceGradients;
    readonly NDArray?[] pieceSquares, pieceWeights, numbers;
    readonly NDArray[][] feeds;

    internal PlannedStep(StepPlan plan, Communicator others, Func<int, Parameter> parameters)
    {
        (this.plan, this.others, this.parameters) = (plan, others, parameters);
        var engine = Engines.Find(plan.Engine);
        var own = Engines.Find("embedded");
        parts = engine.Compile(plan.Parts);
        IsTogether = plan.IsTogether;
        denominators = plan.Denominators is null ? null : engine.Compile(plan.Denominators);
        sums = new(plan, others.Order, others.Rank);
        weights = Array.ConvertAll(plan.Regions, r => NDArray.Zeros([r.Count], r.DType));
        numbers = new NDArray?[sums.First.Denominators.Count];
        pieceSquares = [.. plan.Pieces.Select(_ => NDArray.Scalar(0, DType.Float64))];
        pieceGradients = Array.ConvertAll(plan.Pieces, s => PartSums.In(sums.First.Gradients, s));
        pieceWeights = Array.ConvertAll(plan.Pieces, s => (NDArray?)PartSums.In(weights, s));
        updateFeeds = [.. pieceGradients, .. plan.PieceSizes.Select(s => PartSums.In(sums.First.Moved, s)), .. plan.Update?.Feeds.Skip(plan.Pieces.Length + plan.PieceSizes.Length).Select(_ => NDArray.Scalar(0, DType.Float64)) ?? []];
        assignFeeds = [.. plan.Trained.Select(s => PartSums.In(weights, s)), .. plan.Moved.Select(s => PartSums.In(sums.First.Moved, s)), .. sums.First.Results.Skip(BeforeSet)!];
        feeds = [.. Enumerable.Range(0, sums.Shards).Select(_ => Array.Empty<NDArray>())];
        if (!plan.Trains) return;
        norms = plan.Norms is { Fetches.Length: > 0 } ? own.Compile(plan.Norms) : null;
        (update, assign) = (own.Compile(plan.Update!), engine.Compile(plan.Assign!));
        if (plan.Regions.Length > 1 && sums.Shards == 1 && !IsTogether)
            buckets = new(plan.Regions.Length, [-1, .. plan.Trained.Select(s => s.Region)], i => Reduce(i, [sums.First.Gradients[i]]));
        read = plan.Pieces.Length > 0 ? own.Compile(plan.Read!) : null;
    }

    int BeforeSet => 1 + plan.Trained.Length + plan.Moved.Length + plan.Sizes.Length;

    /// <summary>Whether the step meets those of others for sums that it needs meanwhile.</summary>
    bool IsTogether { get; }

    /// <summary>Adds up within the step; the number travels too, for all must be at the same sum.</summary>
    void Meet(int number, NDArray value)
    {
        var all = NDArray.Zeros([value.Count + 1], DType.Float64);
        all.AsSpan<double>()[^1] = number;
        for (var i = 0; i < value.Count; i++) all.AsSpan<double>()[i] = value.Number(i);
        others.AllReduce(all);
        if (all.AsSpan<double>()[^1] != (double)number * others.Size) throw new ClusterException($"worker {others.Rank} is at sum {number} of its step, others at another. Expected the same order of sums in all steps.");
        for (var i = 0; i < value.Count; i++) value.SetNumber(i, all.AsSpan<double>()[i]);
    }

    /// <summary>How gradients and weights travel.</summary>
    internal WireFormat Wire { get; init; }

    internal Phases Run(Command.Step step)
    {
        var clock = Stopwatch.GetTimestamp();
        using var member = IsTogether ? CollectiveOps.Join(Meet) : null;
        Cut(step, member?.Key ?? 0);
        Denominators();
        var parted = sums.Each(Part, s => [s.Total, .. s.Gradients, .. s.Moved]);
        var compute = Lap(ref clock);
        if (!plan.Trains) return new(compute, 0, 0, 0, 0);
        var first = sums.First;
        buckets?.End();
        if (plan.IsGuarded) others.AllReduce([.. parted.Select(s => s.Total)]);
        var goes = !plan.IsGuarded || double.IsFinite(first.Total.Number(0));
        for (var i = 0; buckets is null && i < plan.Regions.Length; i++) Reduce(i, [.. parted.Select(s => s.Gradients[i])]);
        for (var i = 0; i < plan.MovedRegions.Length; i++) others.AllReduce([.. parted.Select(s => s.Moved[i])]);
        foreach (var value in first.Results.AsSpan(BeforeSet)) others.Broadcast(value!, root: 0);
        var put = Lap(ref clock);
        Norms();
        var aggregate = Lap(ref clock);
        if (goes) update!.Run(updateFeeds, []);
        read?.Run([], pieceWeights);
        var updated = Lap(ref clock);
        for (var i = 0; i < weights.Length; i++) others.AllGather(weights[i], plan.Regions[i].Bounds, Wire);
        if (goes) assign!.Run(assignFeeds, []);
        return new(compute, put, aggregate, updated, Lap(ref clock));
    }

    /// <summary>The feeds of each shard; none where it has no rows.</summary>
    void Cut(Command.Step step, int group)
    {
        var bounds = Slices.Bounds((int)step.Rows, others.Order.Shards).AsSpan(others.Order.Bounds[others.Rank]);
        for (var i = 0; i < feeds.Length; i++)
        {
            var (from, rows) = (bounds[i] - bounds[0], bounds[i + 1] - bounds[i]);
            feeds[i] = rows == 0 ? [] : [.. step.Feeds.Select(f => f.Rows(from, rows)), NDArray.Scalar(bounds[i], DType.Int64), NDArray.Scalar(step.Rows, DType.Int64), NDArray.Scalar(step.Draw, DType.Int64), NDArray.Scalar(group, DType.Int32),
                .. Enumerable.Range(0, numbers.Length).Select(n => sums.First.Denominators.Rows(n, 1).Reshape(Shape.Scalar))];
        }
    }

    void Part(int shard, PartSums into)
    {
        if (feeds[shard].Length == 0)
        {
            into.Clear();
            buckets?.Begin();
            for (var i = 1; i <= plan.Trained.Length; i++) buckets?.Ready(i);
            return;
        }
        var states = plan.Meters.Length;
        for (var i = 0; i < states; i++) parameters(plan.Meters[i]).Value = parameters(plan.Counted[shard * states + i]).Value;
        if (buckets is null) parts.Run(feeds[shard], into.Results);
        else Overlapped(feeds[shard], into.Results);
        for (var i = 0; i < states; i++) parameters(plan.Counted[shard * states + i]).Value = parameters(plan.Meters[i]).Value;
    }

    /// <summary>Buckets of gradients are sent as they become ready, while the engine computes the others.</summary>
    void Overlapped(NDArray[] given, NDArray?[] results)
    {
        buckets!.Begin();
        try
        {
            parts.Run(given, results, buckets.Ready);
        }
        catch (Exception e)
        {
            others.Abort(e);   // the thread that sends may wait for them
            buckets.Break();
            throw;
        }
    }

    void Reduce(int region, NDArray[] sums)
    {
        var (_, _, bounds, width) = plan.Regions[region];
        if (width > 0 && sums.Length == 1 && !others.Order.IsTree && Wire == WireFormat.Float32) others.ReduceScatterRows(sums[0], bounds, width);
        else others.ReduceScatter(sums, bounds, Wire);
    }

    void Denominators()
    {
        if (numbers.Length == 0) return;
        var parted = sums.Each((shard, into) =>
        {
            if (feeds[shard].Length == 0) into.Denominators.Bytes.Clear();
            else
            {
                denominators!.Run(feeds[shard].AsSpan(0, feeds[shard].Length - numbers.Length), numbers);
                for (var i = 0; i < numbers.Length; i++) into.Denominators.AsSpan<double>()[i] = numbers[i]!.ToNumber();
            }
        }, s => [s.Denominators]);
        others.AllReduce([.. parted.Select(s => s.Denominators)]);
    }

    void Norms()
    {
        if (plan.NormCount == 0) return;
        norms?.Run(pieceGradients, pieceSquares);
        var parted = sums.Each((shard, into) =>
        {
            into.Squares.Bytes.Clear();
            for (var i = 0; i < pieceSquares.Length; i++)
                if (plan.PieceShards[i] == others.Order.Bounds[others.Rank] + shard) into.Squares.AsSpan<double>()[plan.NormOf[i]] += pieceSquares[i]!.ToNumber();
        }, s => [s.Squares]);
        others.AllReduce([.. parted.Select(s => s.Squares)]);
        var known = updateFeeds.AsSpan(plan.Pieces.Length + plan.PieceSizes.Length);
        var squares = sums.First.Squares.AsSpan<double>();
        for (var i = 0; i < known.Length; i++) known[i].AsSpan<double>()[0] = squares[known.Length == plan.NormOf.Length ? plan.NormOf[i] : 0];
    }

    static long Lap(ref long since)
    {
        var now = Stopwatch.GetTimestamp();
        (now, since) = (now - since, now);
        return now;
    }
}
