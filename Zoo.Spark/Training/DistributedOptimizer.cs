using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Collective;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Spark.Training;

/// <summary>
/// An optimizer whose memory is shared out: each worker keeps that of the pieces it owns, and updates these alone. The formula is the optimizer's own, lowered
/// over pieces in place of weights.
/// </summary>
internal sealed class DistributedOptimizer
{
    readonly Optimizer optimizer;
    readonly Region[] regions;
    readonly Owned[] owned;
    readonly bool apart;
    readonly ShardOrder order;

    /// <summary>A piece with the Parameters that its owner keeps it in.</summary>
    internal sealed record OwnedPiece(int Shard, int Region, Piece Piece, Parameter Weight, IReadOnlyDictionary<string, Parameter> Slots);

    internal sealed record Owned(Optimizer Optimizer, OwnedPiece[] Pieces);

    internal DistributedOptimizer(Optimizer optimizer, CutStep step, ShardOrder order, int bucketBytes)
    {
        var trained = step.Trained;
        if (optimizer.IsJoint) throw new InvalidOperationException($"Fit: {optimizer.Name} needs to see all weights together, which workers that own parts of them do not. Expected another optimizer with a trainer. Train without one.");
        this.optimizer = optimizer;
        optimizer.Build(trained);   // in the model's order, in which files hold its memory
        apart = optimizer.NormOfEach is not null;
        this.order = order;
        regions = Region.Of(optimizer, trained, step.Looked, order.Shards, bucketBytes);
        owned = [.. Enumerable.Range(0, order.Bounds.Length - 1).Select(rank =>
        {
            var replica = optimizer.Replica();
            return new Owned(replica, [.. from shard in Enumerable.Range(order.Bounds[rank], order.Bounds[rank + 1] - order.Bounds[rank]) from region in Enumerable.Range(0, regions.Length)
                from piece in regions[region].Pieces(shard, optimizer, apart) select Own(replica, shard, region, piece)]);
        })];
    }

    internal Region[] Regions => regions;

    /// <summary>What each worker owns.</summary>
    internal IReadOnlyList<Owned> Owners => owned;

    OwnedPiece Own(Optimizer replica, int shard, int at, Piece piece)
    {
        var region = regions[at];
        Shape shape = region.IsWhole ? piece.First.Shape : [piece.Length];
        Parameter weight = new("piece", shape, region.DType, () => NDArray.Zeros(shape, region.DType)) { Path = piece.First.Path, Constraint = piece.First.Constraint };
        return new(shard, at, piece, weight, replica.SlotsOf(weight));
    }

    /// <summary>What one worker keeps for itself.</summary>
    internal IEnumerable<Parameter> Kept(int rank) => owned[rank].Pieces.SelectMany(p => p.Slots.Values.Prepend(p.Weight));

    /// <summary>The plan of one worker.</summary>
    internal StepPlan Plan(CutStep step, int rank, string engine, bool guarded)
    {
        var (own, pieces) = (owned[rank].Optimizer, owned[rank].Pieces);
        Variable[] gradients = [.. pieces.Select((p, i) => StateOps.Input($"gradient_{i}", p.Weight.Shape, p.Weight.DType))];
        var (moved, movedRegions) = Moved(step);
        var (sizes, pieceSizes) = (moved[step.Moved.Length..], new List<(Variable Feed, Spot Spot)>());
        WeightGradient[] pairs = [.. pieces.Zip(gradients, (p, g) => new WeightGradient(p.Weight, g, Size(step, sizes, p, g, pieceSizes)))];
        var clips = optimizer.NormOfEach is not null || optimizer.NormOfAll is not null;
        Program? norms = null;
        Variable[] squares = [];
        if (clips)
        {
            var averaged = own.Averaged(pairs, []);
            norms = new() { Name = "norms", Feeds = gradients, Fetches = Array.ConvertAll(averaged, g => A.Cast(A.Sum(A.Square(g)), DType.Float64)) };
            squares = [.. (apart ? pieces : Enumerable.Repeat<OwnedPiece?>(null, 1)).Select((_, i) => StateOps.Input($"squares_{i}", [], DType.Float64))];
        }
        var known = squares.Length == 0 ? null : apart ? squares : [A.Cast(squares[0], pieces.Length > 0 ? pieces[0].Weight.DType : DType.Float32)];
        return new()
        {
            Engine = engine,
            Denominators = step.Denominators,
            Parts = step.Parts,
            Regions = Array.ConvertAll(regions, r => (r.DType, r.Count, Array.ConvertAll(order.Bounds, b => r.Bounds[b]), r.RowWidth)),
            Trained = Array.ConvertAll(step.Trained, Spot),
            Moved = moved[..step.Moved.Length],
            Sizes = sizes,
            PieceSizes = [.. pieceSizes.Select(s => s.Spot)],
            MovedRegions = movedRegions,
            Set = Array.ConvertAll(step.Set, p => (p.DType, p.Shape)),
            Pieces = Array.ConvertAll(pieces, p => new Spot(p.Region, p.Piece.From, p.Weight.Shape)),
            Norms = norms,
            NormOf = clips ? Array.ConvertAll(pieces, p => apart ? Array.IndexOf(step.Trained, p.Piece.First) : 0) : [],
            PieceShards = Array.ConvertAll(pieces, p => p.Shard),
            NormCount = !clips ? 0 : apart ? step.Trained.Length : 1,
            IsGuarded = guarded,
            Update = new() { Name = "update", Feeds = [.. gradients, .. pieceSizes.Select(s => s.Feed), .. squares], Fetches = [], Updates = [.. own.Updates(pairs, known)] },
            Read = new() { Name = "pieces", Feeds = [], Fetches = Array.ConvertAll(pieces, p => p.Weight.Variable) },
            Assign = Assign(step),
        };
    }

    /// <summary>The size of a piece's gradient: what was added up over the parts, where its weights' gradients are looked-up rows; null where none is.</summary>
    Variable? Size(CutStep step, Spot[] sizes, OwnedPiece piece, Variable gradient, List<(Variable Feed, Spot Spot)> feeds)
    {
        var within = regions[piece.Region].Within(piece.Piece).ToArray();
        if (!within.Any(w => step.Sized.Contains(w.Weight))) return null;
        var flat = A.Reshape(gradient, [piece.Piece.Length]);
        var (parts, end) = (new List<Variable>(), 0);
        foreach (var w in within)
        {
            Fill(w.In);
            parts.Add(Part(w));
            end = w.In + w.Length;
        }
        Fill(piece.Piece.Length);
        return A.Reshape(parts.Count == 1 ? parts[0] : A.Concat([.. parts], 0), piece.Weight.Shape);

        // between weights are gradients of zero
        void Fill(int to)
        {
            if (end < to) parts.Add(flat[end..to]);
        }

        Variable Part((Parameter Weight, int At, int In, int Length) w)
        {
            if (Array.IndexOf(step.Sized, w.Weight) is not (var i and >= 0)) return optimizer.Measure(optimizer.Unscaled(flat[w.In..(w.In + w.Length)]));
            var feed = StateOps.Input($"size_{feeds.Count}", [w.Length], gradient.DType);
            feeds.Add((feed, new(sizes[i].Region, sizes[i].From + w.At, feed.Shape)));
            return feed;
        }
    }

    Spot Spot(Parameter weight)
    {
        var region = Array.FindIndex(regions, r => r.Weights.Contains(weight));
        return new(region, regions[region].Offsets[Array.IndexOf(regions[region].Weights, weight)], weight.Shape);
    }

    static (Spot[], (DType, int)[]) Moved(CutStep step)
    {
        var counts = new List<(DType DType, int Count)>();
        var spots = Array.ConvertAll([.. step.Moved, .. step.Sized], weight =>
        {
            var (dtype, size) = (StepPrograms.WideType(weight), (int)weight.Shape.Elements);
            var at = counts.FindIndex(c => c.DType == dtype);
            if (at < 0)
            {
                at = counts.Count;
                counts.Add((dtype, 0));
            }
            counts[at] = (dtype, counts[at].Count + size);
            return new Spot(at, counts[at].Count - size, weight.Shape);
        });
        return (spots, [.. counts]);
    }

    static Program Assign(CutStep step)
    {
        (Parameter Target, Variable Feed)[] all = [.. step.Trained.Concat(step.Moved).Select((p, i) => (p, StateOps.Input($"weight_{i}", p.Shape, StepPrograms.WideType(p)))), .. step.Set.Select((p, i) => (p, StateOps.Input($"set_{i}", p.Shape, p.DType)))];
        return new() { Name = "assign", Feeds = Array.ConvertAll(all, a => a.Feed), Fetches = [], Updates = Array.ConvertAll(all, a => (a.Target, A.Cast(a.Feed, a.Target.DType))) };
    }
}
