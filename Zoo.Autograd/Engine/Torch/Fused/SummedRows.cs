using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Sums of rows, or of their squares, by the number of a segment: the gradient of looked-up rows. The rows may be some columns of a wider matrix, of which no copy is made. Where an update alone
/// reads the sums they are never made as a whole: it adds up what belongs to each of its tiles (<see cref="RowSums"/>), or of its rows, where its formula leaves all others as they are.
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
            return k.Host((from, to) => sums.At(from[0], from[1]).Fill((float*)to[0], 0, elements), [k[0], list], (k.OutShape(), k.OutDType()))[0];
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

/// <summary>Sums of rows, made for any run of elements.</summary>
internal unsafe struct RowSums
{
    const int Ahead = 8;
    float* rows;
    RowOf* order;
    internal long Offset, Width, Stride, Count, Segments;
    internal bool Squared;

    /// <summary>The same with addresses of the data and the list.</summary>
    internal readonly RowSums At(nint data, nint order) => this with { rows = (float*)data + Offset, order = (RowOf*)order };

    /// <summary>The segment whose first row stands at a place in the list; -1 where none begins.</summary>
    internal readonly int Begins(long at) => order[at].Segment is var segment && segment < Segments && (at == 0 || order[at - 1].Segment != segment) ? segment : -1;

    /// <summary>Where the rows of a segment, and of those behind it, begin in the list.</summary>
    readonly long First(long segment)
    {
        var (low, high) = (0L, Count);
        while (low < high)
            if (order[(low + high) / 2].Segment < segment) low = (low + high) / 2 + 1;
            else high = (low + high) / 2;
        return low;
    }

    /// <summary>Whether any row belongs to element <paramref name="at"/> and the next.</summary>
    internal readonly bool Has(long at, long count) => First(at / Width) is var next && next < Count && order[next].Segment <= (at + count - 1) / Width;

    /// <summary>Elements <paramref name="at"/> and the next, of all sums one after the other. Rows of a segment are added up in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal readonly void Fill(float* result, long at, long count)
    {
        new Span<float>(result, checked((int)count)).Clear();
        var last = (at + count - 1) / Width;
        for (var i = First(at / Width); i < Count && order[i].Segment <= last; i++)
        {
            if (Sse.IsSupported)   // rows lie anywhere
                for (byte* line = (byte*)(rows + order[Math.Min(i + Ahead, Count - 1)].Row * Stride), beyond = line + Width * sizeof(float); line < beyond; line += 64) Sse.Prefetch0(line);
            var first = order[i].Segment * Width;
            long from = Math.Max(first, at), to = Math.Min(first + Width, at + count);
            Add(rows + order[i].Row * Stride + (from - first), result + (from - at), (int)(to - from));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    readonly void Add(float* x, float* sum, int n)
    {
        for (int j = 0, count; j < n; j += count)
        {
            count = Math.Min(16, n - j);
            var value = SmallProduct.Load(x + j, count);
            SmallProduct.Store(SmallProduct.Load(sum + j, count) + (Squared ? value * value : value), sum + j, count);
        }
    }
}
