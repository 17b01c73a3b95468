using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Sums of rows, or of their squares, by the number of a segment: the gradient of looked-up rows. The rows may be some columns of a wider matrix, of which no copy is made. Where an update alone
/// reads the sums they are never made as a whole: it adds them up as it comes to them (<see cref="RowSums"/>), or for their rows alone, where its formula leaves all others as they are.
/// </summary>
internal static unsafe class SummedRows
{
    /// <summary>Rows begin <c>offset</c> elements after the beginning of the input and lie <c>stride</c> apart.</summary>
    internal static readonly Op Op = new("_SummedRows", "data:T segment_ids:Tindices -> output:T ; to:shape offset:int stride:int squared:bool T:float Tindices:int16|int32|int64")
    {
        Shape = s => s.Attr<Shape>("to"),
        Kernel = k =>
        {
            var (sums, elements, list) = (Of(k.Node), k.OutShape().Elements, List(k));
            return k.Host((from, to) =>
            {
                RowSums all;
                RowSums.Add(&all, 0, sums.At(from[0], from[1]), (float*)to[0]);
                all.Seek(0);
                RowSums.Make(&all, 1, 0, elements);
            }, [k[0], list], (k.OutShape(), k.OutDType()))[0];
        },
    };

    /// <summary>Whether there is a kernel for a node UnsortedSegmentSum.</summary>
    internal static bool Fits(Node sum) => sum.Out.DType == DType.Float32 && sum.Out.Shape.Rank > 1 && TorchLayout.IsRowMajor(sum.Out.Shape) && sum.Out.Shape.Elements > 0 && sum[1].Shape.Elements <= int.MaxValue;

    /// <summary>What replaces a node UnsortedSegmentSum: its inputs and attributes.</summary>
    internal static (Variable[] Inputs, Attrs Attrs) Form(Node sum)
    {
        var squared = sum[0].Node.Op == MathOps.Square;
        var rows = squared ? sum[0].Node[0] : sum[0];
        var (data, offset, stride) = (rows, 0L, Rows.Count(sum.Out.Shape.Dims[1..]));
        if (rows.Node.Op == JoinOps.SplitV && rows.Shape.Rank == 2 && sum[1].Shape.Rank == 1 && ShapeValues.Of(rows.Node[2]) is [1 or -1])
        {
            data = rows.Node[0];
            (offset, stride) = (rows.Node.Outputs.TakeWhile(part => !ReferenceEquals(part, rows)).Sum(part => part.Shape[1]), data.Shape[1]);
        }
        return ([data, sum[1]], Attrs.Of(("to", sum.Out.Shape), ("offset", offset), ("stride", stride), ("squared", squared)));
    }

    /// <summary>Which rows belong to which segment, segment by segment, each in the rows' order; behind them those that belong nowhere. A segment out of range fails.</summary>
    internal static Value List(Kernel k)
    {
        var (dtype, count, segments) = (k.DType(1), k.Shape(1).Elements, k.OutShape()[0]);
        var pairs = (Shape.Create([count, 2]), DType.Int32);
        return k.Host((from, to) => Sort(from[0], dtype, (int)count, (int)segments, (RowOf*)to[0], (RowOf*)to[1]), [k[1]], pairs, pairs)[0];
    }

    /// <summary>The sums of a node, without addresses.</summary>
    internal static RowSums Of(Node node) => new() { Offset = node.Int("offset"), Stride = node.Int("stride"), Count = node[1].Shape.Elements, Segments = node.Out.Shape[0], Width = Rows.Count(node.Out.Shape.Dims[1..]), Squared = node.Flag("squared") };

    /// <summary>By the segments' digits, the last ones first: what it takes does not grow with the number of segments.</summary>
    static void Sort(nint ids, DType dtype, int count, int segments, RowOf* order, RowOf* other)
    {
        const int bits = 11;
        var passes = 1;
        while ((long)segments >> bits * passes > 0) passes++;
        RowOf* from = passes % 2 == 0 ? order : other, to = passes % 2 == 0 ? other : order;
        for (var i = 0; i < count; i++) from[i] = new(i, Rows.Segment(ids, dtype, i, segments) is >= 0 and var at ? (int)at : segments);
        Span<int> places = stackalloc int[1 << bits];
        for (var pass = 0; pass < passes; pass++)
        {
            places.Clear();
            for (var i = 0; i < count; i++) places[Digit(from[i])]++;
            for (int d = 0, next = 0; d < places.Length; d++) (places[d], next) = (next, next + places[d]);
            for (var i = 0; i < count; i++) to[places[Digit(from[i])]++] = from[i];
            var sorted = to;
            to = from;
            from = sorted;

            int Digit(RowOf row) => row.Segment >> bits * pass & (1 << bits) - 1;
        }
    }
}

/// <summary>A row and the segment that it belongs to.</summary>
internal readonly record struct RowOf(int Row, int Segment);

/// <summary>Sums of rows, one after the other, and a place in them: they are made in the order of their elements, those of the rows' squares with those of the rows.</summary>
internal unsafe struct RowSums
{
    /// <summary>Elements that are made at once at least.</summary>
    const int Least = 64;
    const int Ahead = 8;
    float* rows, plain, squares;
    RowOf* order;
    internal long Offset, Width, Stride, Count, Segments;
    internal bool Squared;
    /// <summary>The element from which is counted; the first of the present segment, which is the next one that has rows, and the one behind it; the place in the list of the first row behind.</summary>
    long origin, begin, until, next;
    /// <summary>The present segment's rows.</summary>
    RowOf* first, behind;

    /// <summary>The same with addresses of the data and the list.</summary>
    internal readonly RowSums At(nint data, nint order) => this with { rows = (float*)data + Offset, order = (RowOf*)order };

    /// <summary>The segment whose first row stands at a place in the list; -1 where none begins.</summary>
    internal readonly int Begins(long at) => order[at].Segment is var segment && segment < Segments && (at == 0 || order[at - 1].Segment != segment) ? segment : -1;

    /// <summary>Whether any row belongs to a segment.</summary>
    internal readonly bool Has(long segment) => First(segment) is var at && at < Count && order[at].Segment == segment;

    /// <summary>Where the rows of a segment, and of those behind it, begin in the list.</summary>
    readonly long First(long segment)
    {
        var (low, high) = (0L, Count);
        while (low < high)
            if (order[(low + high) / 2].Segment < segment) low = (low + high) / 2 + 1;
            else high = (low + high) / 2;
        return low;
    }

    /// <summary>Adds sums to others, of which there are <paramref name="count"/>, with the place where they are made. Answers how many there are then: those of the same rows go together.</summary>
    internal static int Add(RowSums* all, int count, RowSums sums, float* to)
    {
        for (var s = all; s < all + count; s++)
            if (s->rows == sums.rows && s->order == sums.order && s->Stride == sums.Stride && s->Width == sums.Width && (sums.Squared ? s->squares : s->plain) == null)
                return s->To(sums.Squared, to, count);
        all[count] = sums;
        return all[count].To(sums.Squared, to, count + 1);
    }

    int To(bool squared, float* to, int count)
    {
        if (squared) squares = to;
        else plain = to;
        return count;
    }

    /// <summary>Goes to an element, wherever it is.</summary>
    internal void Seek(long at) => (until, next) = (at, First(at / Width));

    /// <summary>Counts from an element, whose sum is made in the first place.</summary>
    internal void From(long at) => origin = at;

    /// <summary>
    /// Several sums, behind what was made last, of elements up to <paramref name="to"/>. Those up to <paramref name="idle"/> have no rows and are not written; of the others those of a row are made, or some more.
    /// All are whole vectors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Next(RowSums* sums, int count, long from, long end, out long idle, out long to)
    {
        (idle, to) = (end, end);
        for (var s = sums; s < sums + count; s++)
        {
            if (s->origin + from >= s->until) s->Go();
            if (s->begin - s->origin < idle) (idle, to) = (s->begin - s->origin, s->until - s->origin);
        }
        idle = Math.Max(from, idle & ~15);
        to = Math.Min(end, Math.Max(idle + Least, to + 15 & ~15));
        for (var s = sums; s < sums + count && idle < to; s++) s->Make(idle, to);
    }

    /// <summary>Several sums of elements, behind what was made last.</summary>
    internal static void Make(RowSums* sums, int count, long from, long end)
    {
        for (var s = sums; s < sums + count; s++) s->Make(from, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void Make(long from, long end)
    {
        while (from < end)
        {
            if (origin + from >= until) Go();
            var start = Math.Clamp(begin - origin, from, end);
            if (start > from) Clear(from, start);
            Sum(start, from = Math.Min(end, until - origin));
        }
    }

    readonly void Clear(long from, long end)
    {
        if (plain != null) new Span<float>(plain + from, checked((int)(end - from))).Clear();
        if (squares != null) new Span<float>(squares + from, checked((int)(end - from))).Clear();
    }

    /// <summary>Adds up the present rows, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Sum(long at, long end)
    {
        for (var x = rows + (origin + at - begin); at <= end - 64; at += 64, x += 64)
        {
            Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, q0 = default, q1 = default, q2 = default, q3 = default;
            for (var row = first; row < behind; row++)
            {
                var from = x + row->Row * Stride;
                Vector512<float> x0 = Vector512.Load(from), x1 = Vector512.Load(from + 16), x2 = Vector512.Load(from + 32), x3 = Vector512.Load(from + 48);
                s0 += x0;
                s1 += x1;
                s2 += x2;
                s3 += x3;
                q0 += x0 * x0;
                q1 += x1 * x1;
                q2 += x2 * x2;
                q3 += x3 * x3;
            }
            if (plain != null) Store(s0, s1, s2, s3, plain + at);
            if (squares != null) Store(q0, q1, q2, q3, squares + at);
        }
        for (int n; at < end; at += n)
        {
            n = (int)Math.Min(16, end - at);
            Vector512<float> s = default, q = default;
            for (var row = first; row < behind; row++)
            {
                var x = SmallProduct.Load(rows + (origin + at - begin) + row->Row * Stride, n);
                s += x;
                q += x * x;
            }
            if (plain != null) SmallProduct.Store(s, plain + at, n);
            if (squares != null) SmallProduct.Store(q, squares + at, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, float* to)
    {
        x0.Store(to);
        x1.Store(to + 16);
        x2.Store(to + 32);
        x3.Store(to + 48);
    }

    /// <summary>To the next segment that has rows, or to the end of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Go()
    {
        first = order + next;
        var segment = next < Count ? first->Segment : Segments;
        begin = segment * Width;
        until = begin + Width;
        for (; segment < Segments && next < Count && order[next].Segment == segment; next++)
            if (Sse.IsSupported)   // rows lie anywhere
                for (byte* line = (byte*)(rows + order[Math.Min(next + Ahead, Count - 1)].Row * Stride), beyond = line + Width * sizeof(float); line < beyond; line += 64) Sse.Prefetch0(line);
        behind = order + next;
    }
}
