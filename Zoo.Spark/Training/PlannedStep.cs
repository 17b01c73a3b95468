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
    readonly List<(IEngine Engine, Parameter Parameter, NDArray Memory)> placed = [];

    internal PlannedStep(StepPlan plan, Communicator others, Func<int, Parameter> parameters, WireFormat wire)
    {
        (this.plan, this.others, this.parameters, Wire) = (plan, others, parameters, wire);
        var engine = Engines.Find(plan.Engine);
        var own = Engines.Find("embedded");
        parts = engine.Compile(plan.Parts);
        IsTogether = plan.IsTogether;
        denominators = plan.Denominators is null ? null : engine.Compile(plan.Denominators);
        sums = new(plan, others.Order, others.Rank);
        weights = [.. plan.Regions.Select((r, i) => Rounds(r.DType) ? NDArray.Zeros([r.Count], r.DType) : others.Memory(i, r.Count, r.DType))];
        numbers = new NDArray?[sums.First.Denominators.Count];
        pieceSquares = [.. plan.Pieces.Select(_ => NDArray.Scalar(0, DType.Float64))];
        pieceGradients = Array.ConvertAll(plan.Pieces, s => PartSums.In(sums.First.Gradients, s));
        updateFeeds = [.. pieceGradients, .. plan.PieceSizes.Select(s => PartSums.In(sums.First.Moved, s)), .. plan.Update?.Feeds.Skip(plan.Pieces.Length + plan.PieceSizes.Length).Select(_ => NDArray.Scalar(0, DType.Float64)) ?? []];
        feeds = [.. Enumerable.Range(0, sums.Shards).Select(_ => Array.Empty<NDArray>())];
        (pieceWeights, assignFeeds) = ([], []);
        if (!plan.Trains) return;
        norms = plan.Norms is { Fetches.Length: > 0 } ? own.Compile(plan.Norms) : null;
        update = own.Compile(plan.Update!);
        // The region is the weights' own memory where the engine reads them as they lie there; others are copied from it, and pieces to it.
        NDArray[] all = [.. plan.Trained.Select(s => PartSums.In(weights, s)), .. plan.Moved.Select(s => PartSums.In(sums.First.Moved, s)), .. sums.First.Results.Skip(BeforeSet)!];
        var taken = plan.Assign!.Updates.Select(u => (Update: u, Feed: Array.FindIndex(plan.Assign.Feeds, Topology.Sort([u.Value.Node]).SelectMany(n => n.Outputs).Contains)))
            .Where(t => t.Feed >= plan.Trained.Length || !Place(engine, t.Update.Target, all[t.Feed])).ToArray();
        assignFeeds = Array.ConvertAll(taken, t => all[t.Feed]);
        if (taken.Length > 0) assign = engine.Compile(new() { Name = plan.Assign.Name, Feeds = Array.ConvertAll(taken, t => plan.Assign.Feeds[t.Feed]), Fetches = [], Updates = Array.ConvertAll(taken, t => t.Update) });
        NDArray[] pieces = Array.ConvertAll(plan.Pieces, s => PartSums.In(weights, s));
        int[] apart = [.. Enumerable.Range(0, pieces.Length).Where(i => !Place(own, Topology.Sort([plan.Read!.Fetches[i].Node]).Select(n => n.Tag).OfType<Parameter>().First(), pieces[i]))];
        pieceWeights = Array.ConvertAll(apart, i => (NDArray?)pieces[i]);
        if (apart.Length > 0) read = own.Compile(new() { Name = plan.Read!.Name, Feeds = [], Fetches = Array.ConvertAll(apart, i => plan.Read.Fetches[i]) });
        if (plan.Regions.Length > 1 && !IsTogether) buckets = new(plan.Regions.Length, [-1, .. plan.Trained.Select(s => s.Region)], Reduce);
    }

    /// <summary>Whether numbers are rounded on their way, so that owners keep exact ones apart.</summary>
    bool Rounds(DType dtype) => Wire == WireFormat.BFloat16 && dtype == DType.Float32;

    bool Place(IEngine by, Parameter parameter, NDArray memory)
    {
        if (Rounds(memory.DType) || Engines.Debug || !by.Place(parameter, memory)) return false;   // node by node, programs set values anew
        placed.Add((by, parameter, memory));
        return true;
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
    WireFormat Wire { get; }

    internal Phases Run(Command.Step step)
    {
        var (lap, before) = (new Laps(others), others.Tally.Ticks.ToArray());
        foreach (var (by, parameter, memory) in placed) by.Place(parameter, memory);   // a value that was set meanwhile is elsewhere
        using var member = IsTogether ? CollectiveOps.Join(Meet) : null;
        Cut(step, member?.Key ?? 0);
        long wait = 0;
        Denominators();
        var put = lap.Next(ref wait);
        sums.Each(Part, s => [s.Total, .. s.Gradients, .. s.Moved]);
        var compute = lap.Whole();
        if (!plan.Trains) return Times(compute, wait, put);
        var first = sums.First;
        buckets?.End();
        if (plan.IsGuarded) others.AllReduce(sums.Join(s => s.Total));
        var goes = !plan.IsGuarded || double.IsFinite(first.Total.Number(0));
        for (var i = 0; buckets is null && i < plan.Regions.Length; i++) Reduce(i);
        for (var i = 0; i < plan.MovedRegions.Length; i++) others.AllReduce(sums.Join(s => s.Moved[i]));
        foreach (var value in first.Results.AsSpan(BeforeSet)) others.Broadcast(value!, root: 0);
        if (buckets is not null && others.SharesMemory) others.Barrier();   // what was sent early says nothing of who still reads the weights
        put += lap.Next(ref wait);
        Norms();
        var aggregate = lap.Next(ref wait);
        if (goes) update!.Run(updateFeeds, []);
        read?.Run([], pieceWeights);
        var updated = lap.Next(ref wait);
        for (var i = 0; i < weights.Length; i++) others.AllGather(weights[i], plan.Regions[i].Bounds, Wire);
        if (goes) assign?.Run(assignFeeds, []);
        var got = lap.Next(ref wait);
        return Times(compute, wait, put, aggregate, updated, got);

        Phases Times(params ReadOnlySpan<long> inTurn)
        {
            var ticks = others.Tally.Since(before);
            inTurn.CopyTo(ticks);
            return new(ticks);
        }
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
        var early = shard == sums.Shards - 1 ? buckets : null;   // with the last shard's gradients the sums are whole
        if (feeds[shard].Length == 0)
        {
            into.Clear();
            if (plan.Fleeting.Length > 0) parameters(plan.Fleeting[shard]).Value = NDArray.Scalar(0);
            early?.Begin();
            for (var i = 1; i <= plan.Trained.Length; i++) early?.Ready(i);
            return;
        }
        var states = plan.Meters.Length;
        for (var i = 0; i < states; i++) parameters(plan.Meters[i]).Value = parameters(plan.Counted[shard * states + i]).Value;
        if (early is null) parts.Run(feeds[shard], into.Results);
        else Overlapped(early, feeds[shard], into.Results);
        for (var i = 0; i < states; i++) parameters(plan.Counted[shard * states + i]).Value = parameters(plan.Meters[i]).Value;
    }

    /// <summary>Buckets of gradients are sent as they become ready, while the engine computes the others.</summary>
    void Overlapped(Buckets early, NDArray[] given, NDArray?[] results)
    {
        early.Begin();
        try
        {
            parts.Run(given, results, early.Ready);
        }
        catch (Exception e)
        {
            others.Abort(e);   // the thread that sends may wait for them
            early.Break();
            throw;
        }
    }

    void Reduce(int region)
    {
        var (gradients, (_, _, bounds, width)) = (sums.Join(s => s.Gradients[region]), plan.Regions[region]);
        if (width > 0) others.ReduceScatterRows(gradients, bounds, width, Wire);
        else others.ReduceScatter(gradients, bounds, Wire);
    }

    void Denominators()
    {
        if (numbers.Length == 0) return;
        sums.Each((shard, into) =>
        {
            if (feeds[shard].Length == 0) into.Denominators.Bytes.Clear();
            else
            {
                denominators!.Run(feeds[shard].AsSpan(0, feeds[shard].Length - numbers.Length), numbers);
                for (var i = 0; i < numbers.Length; i++) into.Denominators.AsSpan<double>()[i] = numbers[i]!.ToNumber();
            }
        }, s => [s.Denominators]);
        others.AllReduce(sums.Join(s => s.Denominators));
    }

    void Norms()
    {
        if (plan.NormCount == 0) return;
        norms?.Run(pieceGradients, pieceSquares);
        sums.Each((shard, into) =>
        {
            into.Squares.Bytes.Clear();
            for (var i = 0; i < pieceSquares.Length; i++)
                if (plan.PieceShards[i] == others.Order.Bounds[others.Rank] + shard) into.Squares.AsSpan<double>()[plan.NormOf[i]] += pieceSquares[i]!.ToNumber();
        }, s => [s.Squares]);
        others.AllReduce(sums.Join(s => s.Squares));
        var known = updateFeeds.AsSpan(plan.Pieces.Length + plan.PieceSizes.Length);
        var squares = sums.First.Squares.AsSpan<double>();
        for (var i = 0; i < known.Length; i++) known[i].AsSpan<double>()[0] = squares[known.Length == plan.NormOf.Length ? plan.NormOf[i] : 0];
    }

    /// <summary>Times of phases, in which waiting for others counts apart.</summary>
    struct Laps(Communicator others)
    {
        long since = Stopwatch.GetTimestamp(), waited;

        /// <summary>The time until now, with all waiting.</summary>
        internal long Whole()
        {
            var now = Stopwatch.GetTimestamp();
            (now, since, waited) = (now - since, now, others.Waited(now));
            return now;
        }

        /// <summary>The time since the last, without the waiting, which is added up.</summary>
        internal long Next(ref long wait)
        {
            var now = Stopwatch.GetTimestamp();
            var (all, idle) = (now - since, Math.Clamp(others.Waited(now) - waited, 0, now - since));
            (since, waited, wait) = (now, waited + idle, wait + idle);
            return all - idle;
        }
    }
}
