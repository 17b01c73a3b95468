using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd;

public sealed partial class Variable
{
    /// <summary>
    /// A part of the tensor: <c>x[.., 1..3]</c>, <c>x[0]</c>, <c>x[.., ^1]</c>. Axes that are not named are taken whole; axis 0 is the batch.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis or position.</exception>
    public Variable this[params ReadOnlySpan<AxisIndex> parts]
    {
        get
        {
            if (Shape.HasRank && parts.Length > Shape.Rank) throw Outside($"{parts.Length} axes are indexed", $"Expected {Shape.Rank} at most");
            long[] begin = new long[parts.Length], end = new long[parts.Length], steps = new long[parts.Length];
            long beginMask = 0, endMask = 0, gone = 0;
            for (var i = 0; i < parts.Length; i++)
            {
                System.Index from = parts[i].Range.Start, to = parts[i].Range.End;
                Check(i, parts[i]);
                steps[i] = 1;
                begin[i] = from.IsFromEnd ? -from.Value : from.Value;
                end[i] = to.IsFromEnd ? -to.Value : to.Value;
                if (parts[i].IsOne) (gone, end[i]) = (gone | 1L << i, begin[i] + 1);
                else
                {
                    if (from.Equals(System.Index.Start)) beginMask |= 1L << i;
                    if (to.Equals(System.Index.End)) endMask |= 1L << i;
                }
            }
            if (gone == 0 && beginMask == endMask && endMask == (1L << parts.Length) - 1) return this;
            return SliceOps.StridedSlice.Call([this, A.Ints(begin), A.Ints(end), A.Ints(steps)], ("begin_mask", beginMask), ("end_mask", endMask), ("shrink_axis_mask", gone));
        }
    }

    /// <summary>One position along an axis, which goes away. Negative numbers count from the end.</summary>
    /// <exception cref="ShapeException">There is no such axis or position.</exception>
    public Variable IndexSelect(int axis, int index)
    {
        var parts = new AxisIndex[Shape.Axis(axis, "IndexSelect") + 1];
        Array.Fill(parts, Range.All);
        parts[^1] = index;
        return this[parts];
    }

    /// <summary>A part of an axis of the samples, which stays. <c>x[.., 1..3]</c> says the same, of the batch too.</summary>
    /// <param name="axis">The axis; the batch, 0, is refused.</param>
    /// <param name="start">The first entry.</param>
    /// <param name="length">How many entries; −1 for up to the end, −2 for up to the last but one.</param>
    /// <exception cref="ShapeException">There is no such axis or position.</exception>
    public Variable Slice(int axis, int start, int length = 1)
    {
        var at = Shape.Axis(axis, "Slice");
        if (at == 0 || start < 0 || length == 0) throw Outside($"a slice of {length} from {start} along axis {axis}", "Expected a length that is not 0, from an entry of an axis behind the batch; x[1..3] cuts the batch");
        var parts = new AxisIndex[at + 1];
        Array.Fill(parts, Range.All);
        parts[^1] = start..(length > 0 ? new Index(start + length) : new Index(-length - 1, fromEnd: true));
        return this[parts];
    }

    /// <summary>Without axes of size 1: those that are named, or without names all but the batch.</summary>
    /// <exception cref="ShapeException">A named axis has another size.</exception>
    public Variable Squeeze(params int[] axes)
    {
        long[] named = axes.Length > 0 ? Array.ConvertAll(axes, a => (long)a) : [.. Enumerable.Range(1, Math.Max(0, Shape.Rank - 1)).Where(i => Shape[i] == 1).Select(i => (long)i)];
        return named.Length == 0 ? this : A.Squeeze(this, named);
    }

    /// <summary>Repeated <paramref name="times"/> times along one axis.</summary>
    public Variable Replicate(int axis, int times) => A.Replicate(this, axis, times);

    /// <summary>Axes of size 1 repeated up to given sizes, one for each axis; 0 and −1 keep what is there.</summary>
    public Variable Expand(params long[] sizes) => A.Expand(this, sizes);

    void Check(int axis, AxisIndex part)
    {
        if (!Shape.HasRank || Shape[axis] < 0) return;
        var size = (int)Shape[axis];
        int from = part.Range.Start.GetOffset(size), to = part.IsOne ? from + 1 : part.Range.End.GetOffset(size);
        if (from < 0 || to < from || to > size) throw Outside($"{(part.IsOne ? part.Range.Start : part.Range)} does not exist at axis {axis}", $"Expected positions within 0..{size}");
    }

    ShapeException Outside(string happened, string expected) => new($"index: {happened} of {Name} {Shape}. {expected}.") { Actual = Shape };
}
