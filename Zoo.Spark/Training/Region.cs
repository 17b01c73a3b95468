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
    Region(DType dtype, bool isWhole, Parameter[] weights, int workers)
    {
        (DType, IsWhole, Weights, Offsets) = (dtype, isWhole, weights, new int[weights.Length + 1]);
        for (var i = 0; i < weights.Length; i++) Offsets[i + 1] = checked(Offsets[i] + (int)weights[i].Shape.Elements);
        Bounds = isWhole ? Slices.Bounds([.. weights.Select(w => (int)w.Shape.Elements)], workers) : Slices.Bounds(Count, workers);
    }

    internal DType DType { get; }

    internal bool IsWhole { get; }

    internal Parameter[] Weights { get; }

    /// <summary>Where each weight begins; then the end.</summary>
    internal int[] Offsets { get; }

    /// <summary>What each worker owns.</summary>
    internal int[] Bounds { get; }

    internal int Count => Offsets[^1];

    /// <summary>The regions of the weights that an optimizer trains: by type and granularity; those that decay lie before those that do not.</summary>
    internal static Region[] Of(Optimizer optimizer, IReadOnlyList<Parameter> trained, int workers) =>
        [.. trained.GroupBy(w => (DType: StepPrograms.WideType(w), Whole: optimizer.Granularity == Granularity.Parameter || w.Constraint is not null))
            .Select(group => new Region(group.Key.DType, group.Key.Whole, [.. group.OrderByDescending(optimizer.Decay)], workers))];

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
            else pieces.Add(new(Weights[i], from, to - from));
        }
        return [.. pieces];
    }

    /// <summary>The parts of weights in a piece: which weight, the place in it, the place in the piece, the number of elements.</summary>
    internal IEnumerable<(Parameter Weight, int At, int In, int Length)> Within(Piece piece)
    {
        for (var i = 0; i < Weights.Length; i++)
        {
            var (from, to) = (Math.Max(Offsets[i], piece.From), Math.Min(Offsets[i + 1], piece.From + piece.Length));
            if (from < to) yield return (Weights[i], from - Offsets[i], from - piece.From, to - from);
        }
    }
}
