namespace Zoo.Autograd.Engine.Torch;

/// <summary>Gives values places in one block: those that are needed at the same time lie beside each other, others may share memory.</summary>
internal static class Packing
{
    /// <summary>The places of values, in order of the first time at which each is needed: to the largest first, the lowest where nothing lies that is needed at the same time. For nets that comes out at what is needed at once.</summary>
    internal static (long[] Offsets, long Bytes) Of((int First, int Last, long Bytes)[] values)
    {
        var firsts = Array.ConvertAll(values, v => v.First);
        var (taken, offsets, top) = (new TakenPlaces(values.Length), new long[values.Length], 0L);
        foreach (var i in Enumerable.Range(0, values.Length).OrderByDescending(i => values[i].Bytes))
        {
            // two overlap where the one that comes second begins while the first is needed: only beginnings count as times
            var last = Array.BinarySearch(firsts, i, firsts.Length - i, values[i].Last);
            if (last < 0) last = ~last - 1;
            while (last + 1 < firsts.Length && firsts[last + 1] == values[i].Last) last++;
            offsets[i] = taken.Lowest(i, last, values[i].Bytes);
            taken.Take(i, last, offsets[i], offsets[i] + values[i].Bytes);
            top = Math.Max(top, offsets[i] + values[i].Bytes);
        }
        return (offsets, top);
    }
}

/// <summary>
/// What of a block is taken at which times: a tree over the times, each of whose nodes knows what is taken at any of its times. So the lowest place that is free for some time is found without
/// looking at everything that lies there. What is taken through all of a node's times is handed on to its halves only when one of these is asked.
/// </summary>
internal sealed class TakenPlaces(int times)
{
    readonly Runs?[] taken = new Runs?[4 * times], handOn = new Runs?[4 * times];

    /// <summary>The lowest place for so many bytes that is free from a time to another.</summary>
    internal long Lowest(int first, int last, long bytes)
    {
        for (long at = 0, next; ; at = next)
            if ((next = Free(0, 0, times - 1, first, last, at, bytes)) == at) return at;
    }

    /// <summary>Takes the bytes between two addresses from a time to another.</summary>
    internal void Take(int first, int last, long from, long to) => Take(0, 0, times - 1, first, last, from, to);

    long Free(int node, int begin, int end, int first, int last, long at, long bytes)
    {
        if (taken[node] is not { } here) return at;
        if (first <= begin && end <= last) return here.Free(at, bytes);
        HandOn(node, end - begin == 1);
        var middle = (begin + end) / 2;
        if (first <= middle) at = Free(2 * node + 1, begin, middle, first, last, at, bytes);
        return last > middle ? Free(2 * node + 2, middle + 1, end, first, last, at, bytes) : at;
    }

    void Take(int node, int begin, int end, int first, int last, long from, long to)
    {
        (taken[node] ??= new()).Add(from, to);
        if (first <= begin && end <= last)
        {
            if (begin < end) (handOn[node] ??= new()).Add(from, to);
            return;
        }
        var middle = (begin + end) / 2;
        if (first <= middle) Take(2 * node + 1, begin, middle, first, last, from, to);
        if (last > middle) Take(2 * node + 2, middle + 1, end, first, last, from, to);
    }

    void HandOn(int node, bool toLeaves)
    {
        if (handOn[node] is not { } runs) return;
        for (var half = 2 * node + 1; half <= 2 * node + 2; half++)
        {
            (taken[half] ??= new()).Add(runs);
            if (!toLeaves) (handOn[half] ??= new()).Add(runs);
        }
        handOn[node] = null;
    }

    /// <summary>Runs of bytes, in their order, neighbours joined.</summary>
    sealed class Runs
    {
        readonly List<(long From, long To)> runs = [];

        /// <summary>The lowest place for so many bytes at or above an address.</summary>
        internal long Free(long at, long bytes)
        {
            for (var i = First(at); i < runs.Count && runs[i].From < at + bytes; i++) at = Math.Max(at, runs[i].To);
            return at;
        }

        internal void Add(Runs others)
        {
            foreach (var (from, to) in others.runs) Add(from, to);
        }

        internal void Add(long from, long to)
        {
            int first = First(from), next = first;
            for (; next < runs.Count && runs[next].From <= to; next++) (from, to) = (Math.Min(from, runs[next].From), Math.Max(to, runs[next].To));
            if (next > first) runs.RemoveRange(first + 1, next - first - 1);
            if (next > first) runs[first] = (from, to);
            else runs.Insert(first, (from, to));
        }

        /// <summary>The first run that ends at an address or above it.</summary>
        int First(long at)
        {
            var (low, high) = (0, runs.Count);
            while (low < high)
                if (runs[(low + high) / 2].To < at) low = (low + high) / 2 + 1;
                else high = (low + high) / 2;
            return low;
        }
    }
}
