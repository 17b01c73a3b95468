using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>
/// A Python-like index with steps, brought to one entry for each axis of what is indexed, and one for each new axis. A count is
/// <see cref="Dim.Any"/> where it is not known.
/// </summary>
internal sealed class StridedSpec
{
    /// <summary>What happens to one axis; Axis is -1 for a new one. Gone: the axis is not in the result.</summary>
    internal readonly record struct Entry(int Axis, long First, long Step, long Count, bool Gone);

    internal required List<Entry> Entries { get; init; }

    internal Shape Result => Shape.Create([.. Entries.Where(e => !e.Gone).Select(e => e.Count)]);

    /// <summary>Entries of the axes of what is indexed, in order.</summary>
    internal IEnumerable<Entry> Axes => Entries.Where(e => e.Axis >= 0);

    /// <summary>
    /// The index of a StridedSlice or StridedSliceGrad; null where not even the result's rank is known. Begins, ends and steps are null where they are
    /// unknown; <paramref name="mask"/> gives a mask attribute by name, <paramref name="fail"/> makes an exception from what happened and what was expected.
    /// </summary>
    internal static StridedSpec? Of(Shape input, long?[]? begin, long?[]? end, long?[]? steps, Func<string, long> mask, Func<string, string, Exception> fail)
    {
        if (!input.HasRank || (begin?.Length ?? end?.Length ?? steps?.Length) is not { } count) return null;
        long beginMask = mask("begin_mask"), endMask = mask("end_mask"), ellipsis = mask("ellipsis_mask"), fresh = mask("new_axis_mask") & ~ellipsis, gone = mask("shrink_axis_mask") & ~ellipsis & ~fresh;
        if (System.Numerics.BitOperations.PopCount((ulong)ellipsis) > 1) throw fail("there are several ellipses", "Expected one at most.");
        var named = Enumerable.Range(0, count).Count(i => !Bit(ellipsis, i) && !Bit(fresh, i));
        if (named > input.Rank) throw fail($"{named} axes are indexed", $"Expected {input.Rank} at most.");
        var entries = new List<Entry>();
        var axis = 0;
        for (var i = 0; i < count; i++)
        {
            if (Bit(ellipsis, i)) Whole(input.Rank - named);
            else if (Bit(fresh, i)) entries.Add(new(-1, 0, 1, 1, false));
            else One(i, input[axis]);
        }
        Whole(input.Rank - axis);
        return new() { Entries = entries };

        void Whole(int axes)
        {
            for (; axes > 0; axes--, axis++) entries.Add(new(axis, 0, 1, input[axis], false));
        }

        void One(int i, long size)
        {
            if (Bit(gone, i))
            {
                var first = begin?[i] is { } at ? at < 0 && size >= 0 ? at + size : at : 0;
                if (begin?[i] is { } given && size >= 0 && (first < 0 || first >= size))
                    throw fail($"index {given} does not exist at axis {axis} of {input}", $"Expected {-size} to {size - 1}.");
                entries.Add(new(axis++, first, 1, 1, true));
                return;
            }
            if (steps?[i] == 0) throw fail($"the step at axis {axis} is 0", "Expected another number.");
            bool fromStart = Bit(beginMask, i), toEnd = Bit(endMask, i);
            if (size < 0 || steps?[i] is not { } step || begin?[i] is null && !fromStart || end?[i] is null && !toEnd) entries.Add(new(axis++, 0, 1, Dim.Any, false));
            else
            {
                var (first, many) = Strides.Range(size, begin?[i] ?? 0, end?[i] ?? 0, step, fromStart, toEnd);
                entries.Add(new(axis++, first, step, many, false));
            }
        }

        static bool Bit(long bits, int i) => (bits >> i & 1) != 0;
    }
}
