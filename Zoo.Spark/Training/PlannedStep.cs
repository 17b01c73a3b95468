using System.Diagnostics;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>A plan that is ready to run, with the memory in which gradients and weights travel: engines write into it and read from it, and so do the sockets.</summary>
internal sealed class PlannedStep
{
    readonly StepPlan plan;
    readonly Communicator others;
    readonly ISession parts;
    readonly ISession? denominators, norms, update, read, assign;
    readonly NDArray[] gradients, weights, moved, movedWeights;
    readonly NDArray?[] results, sums, pieceWeights;
    readonly NDArray[] updateFeeds, assignFeeds, pieceGradients;
    readonly NDArray first = NDArray.Scalar(0, DType.Int64), rows = NDArray.Scalar(0, DType.Int64), total = NDArray.Scalar(0, DType.Float64), whole, squares;
    NDArray[] feeds = [];

    internal PlannedStep(StepPlan plan, Communicator others)
    {
        (this.plan, this.others) = (plan, others);
        var engine = Engines.Find(plan.Engine);
        var own = Engines.Find("embedded");
        parts = engine.Compile(plan.Parts);
        denominators = plan.Denominators is null ? null : engine.Compile(plan.Denominators);
        whole = NDArray.Zeros([plan.Denominators?.Fetches.Length ?? 0], DType.Float64);
        gradients = Array.ConvertAll(plan.Regions, r => NDArray.Zeros([r.Count], r.DType));
        weights = Array.ConvertAll(plan.Regions, r => NDArray.Zeros([r.Count], r.DType));
        moved = Array.ConvertAll(plan.MovedRegions, r => NDArray.Zeros([r.Count], r.DType));
        movedWeights = Array.ConvertAll(plan.Moved, s => In(moved, s));
        squares = NDArray.Zeros([plan.NormCount], DType.Float64);
        results = [total, .. plan.Trained.Select(s => In(gradients, s)), .. movedWeights, .. plan.Sizes.Select(s => In(moved, s)), .. plan.Set.Select(s => NDArray.Zeros(s.Shape, s.DType))];
        sums = [.. plan.Pieces.Select(_ => NDArray.Scalar(0, DType.Float64))];
        pieceGradients = Array.ConvertAll(plan.Pieces, s => In(gradients, s));
        pieceWeights = Array.ConvertAll(plan.Pieces, s => (NDArray?)In(weights, s));
        updateFeeds = [.. pieceGradients, .. plan.PieceSizes.Select(s => In(moved, s)), .. plan.Update?.Feeds.Skip(plan.Pieces.Length + plan.PieceSizes.Length).Select(_ => NDArray.Scalar(0, DType.Float64)) ?? []];
        assignFeeds = [.. plan.Trained.Select(s => In(weights, s)), .. movedWeights, .. results.Skip(BeforeSet)!];
        if (!plan.Trains) return;
        norms = plan.Norms is { Fetches.Length: > 0 } ? own.Compile(plan.Norms) : null;
        (update, assign) = (own.Compile(plan.Update!), engine.Compile(plan.Assign!));
        read = plan.Pieces.Length > 0 ? own.Compile(plan.Read!) : null;
    }

    int BeforeSet => 1 + plan.Trained.Length + plan.Moved.Length + plan.Sizes.Length;

    static NDArray In(NDArray[] regions, Spot spot) => regions[spot.Region].Rows(spot.From, (int)spot.Shape.Elements).Reshape(spot.Shape);

    internal Phases Run(Command.Step step)
    {
        var clock = Stopwatch.GetTimestamp();
        var empty = step.Feeds.Length == 0;
        (first.AsSpan<long>()[0], rows.AsSpan<long>()[0]) = (step.First, step.Rows);
        if (feeds.Length == 0) feeds = [.. new NDArray[plan.Parts.Feeds.Length - 2 - whole.Count], first, rows, .. Enumerable.Range(0, whole.Count).Select(i => whole.Rows(i, 1).Reshape(Shape.Scalar))];
        step.Feeds.CopyTo(feeds, 0);
        Denominators(empty);
        if (empty) Clear();
        else parts.Run(feeds, results);
        var compute = Lap(ref clock);
        if (!plan.Trains) return new(compute, 0, 0, 0, 0);
        if (plan.IsGuarded) others.AllReduce(total.Reshape([1]));
        var goes = !plan.IsGuarded || double.IsFinite(total.ToNumber());
        for (var i = 0; i < gradients.Length; i++) others.ReduceScatter(gradients[i], plan.Regions[i].Bounds, Wire);
        foreach (var region in moved) others.AllReduce(region);
        foreach (var value in results.AsSpan(BeforeSet)) others.Broadcast(value!, root: 0);
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

    /// <summary>How gradients and weights travel.</summary>
    internal WireFormat Wire { get; init; }

    void Denominators(bool empty)
    {
        if (whole.Count == 0) return;
        var numbers = new NDArray?[whole.Count];
        if (empty) whole.AsSpan<double>().Clear();
        else
        {
            denominators!.Run(feeds.AsSpan(0, feeds.Length - whole.Count), numbers);
            for (var i = 0; i < numbers.Length; i++) whole.AsSpan<double>()[i] = numbers[i]!.ToNumber();
        }
        others.AllReduce(whole);
    }

    /// <summary>An empty part adds nothing.</summary>
    void Clear()
    {
        total.Bytes.Clear();
        foreach (var region in gradients) region.Bytes.Clear();
        foreach (var region in moved) region.Bytes.Clear();
    }

    void Norms()
    {
        if (plan.NormCount == 0) return;
        squares.Bytes.Clear();
        norms?.Run(pieceGradients, sums);
        for (var i = 0; i < sums.Length; i++) squares.AsSpan<double>()[plan.NormOf[i]] += sums[i]!.ToNumber();
        others.AllReduce(squares);
        var known = updateFeeds.AsSpan(plan.Pieces.Length + plan.PieceSizes.Length);
        for (var i = 0; i < known.Length; i++) known[i].AsSpan<double>()[0] = squares.AsSpan<double>()[known.Length == plan.NormOf.Length ? plan.NormOf[i] : 0];
    }

    static long Lap(ref long since)
    {
        var now = Stopwatch.GetTimestamp();
        (now, since) = (now - since, now);
        return now;
    }
}
