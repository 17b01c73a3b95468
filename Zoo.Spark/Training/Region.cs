using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>A part of a region that one worker owns and updates as one weight: a stretch of weights laid end to end, or a whole weight.</summary>
/// <param name="First">The weight in which it begins.</param>
/// <param name="From">Where it begins in the region.</param>
/// <param name="Length">Its number of elements.</param>
internal readonly record struct Piece(Parameter First, int From, int Length);

/// <summary>
/// Weights of one type laid end to end, for gradients on the way to the owners and weights on the way back. An Element region is cut anywhere, into even parts; a
/// Parameter region between weights only, for formulas that need to see whole ones.
/// </summary>
internal sealed class Region
{
    /// <summary>Weights and slices begin at multiples of so many elements, whole lines of the cache, so that engines compute in them where they lie.</summary>
    const int Line = NDArray.Line / sizeof(float);

    Region(DType dtype, bool isWhole, Parameter[] weights, int workers)
    {
        (DType, IsWhole, Weights, Offsets) = (dtype, isWhole, weights, new int[weights.Length + 1]);
        for (var i = 0; i < weights.Length; i++) Offsets[i + 1] = checked(Offsets[i] + (Elements(i) + Line - 1) / Line * Line);
        Bounds = isWhole ? Slices.Bounds([.. weights.Select((_, i) => Offsets[i + 1] - Offsets[i])], workers) : Array.ConvertAll(Slices.Bounds(Count / Line, workers), b => b * Line);
    }

    internal DType DType { get; }

    internal bool IsWhole { get; }

    internal Parameter[] Weights { get; }

    int Elements(int weight) => (int)Weights[weight].Shape.Elements;

    /// <summary>Where each weight begins; then the end. What lies between two weights is zero and of no use.</summary>
    internal int[] Offsets { get; }

    /// <summary>What each worker owns.</summary>
    internal int[] Bounds { get; }

    internal int Count => Offsets[^1];

    /// <summary>
    /// The regions of the weights that an optimizer trains: by type and granularity, in buckets, those of the last weights first, for their gradients are there first; in a region
    /// those that decay lie before those that do not. A weight whose gradients are looked-up rows has a region of its own.
    /// </summary>
    internal static Region[] Of(Optimizer optimizer, IReadOnlyList<Parameter> trained, IReadOnlySet<Parameter> looked, int workers, int bucketBytes)
    {
        var (regions, open) = (new List<List<Parameter>>(), new Dictionary<object, List<Parameter>>());
        for (var i = trained.Count - 1; i >= 0; i--)
        {
            var weight = trained[i];
            object key = looked.Contains(weight) ? weight : (StepPrograms.WideType(weight), IsSeenWhole(weight));
            if (!open.TryGetValue(key, out var bucket)) regions.Add(open[key] = bucket = []);
            bucket.Insert(0, weight);
            if (bucket.Sum(w => w.Shape.Elements * StepPrograms.WideType(w).Size()) >= bucketBytes) open.Remove(key);
        }
        return [.. regions.Select(b => new Region(StepPrograms.WideType(b[0]), IsSeenWhole(b[0]), [.. b.OrderByDescending(optimizer.Decay)], workers) { RowWidth = looked.Contains(b[0]) ? (int)b[0].Shape[^1] : 0 })];

        bool IsSeenWhole(Parameter weight) => optimizer.Granularity == Granularity.Parameter || weight.Constraint is not null;
    }

    /// <summary>The length of a row, where gradients are looked-up rows, most of them zero; else 0.</summary>
    internal int RowWidth { get; private init; }

    /// <summary>What a worker owns, in pieces whose elements are all treated alike.</summary>
    /// <param name="rank">The worker.</param>
    /// <param name="optimizer">Says which weights decay.</param>
    /// <param name="apart">Whether each weight needs pieces of its own: where its norm counts.</param>
    internal Piece[] Pieces(int rank, Optimizer optimizer, bool apart)
    {
        var pieces = new List<Piece>();
        for (var i = 0; i < Weights.Length; i++)
        {
            var (from, to) = (Math.Max(Offsets[i], Bounds[rank]), Math.Min(Offsets[i + 1], Bounds[rank + 1]));
            if (from >= to) continue;
            if (!IsWhole && !apart && pieces.Count > 0 && optimizer.Decay(pieces[^1].First) == optimizer.Decay(Weights[i])) pieces[^1] = pieces[^1] with { Length = to - pieces[^1].From };
            else pieces.Add(new(Weights[i], from, IsWhole ? Elements(i) : to - from));
        }
        return [.. pieces];
    }

    /// <summary>The parts of weights in a piece: which weight, the place in it, the place in the piece, the number of elements.</summary>
    internal IEnumerable<(Parameter Weight, int At, int In, int Length)> Within(Piece piece)
    {
        for (var i = 0; i < Weights.Length; i++)
        {
            var (from, to) = (Math.Max(Offsets[i], piece.From), Math.Min(Offsets[i] + Elements(i), piece.From + piece.Length));
            if (from < to) yield return (Weights[i], from - Offsets[i], from - piece.From, to - from);
        }
    }
}
