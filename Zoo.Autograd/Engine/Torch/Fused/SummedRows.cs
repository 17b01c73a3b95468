using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Sums of rows, or of their squares, by the number of a segment: the gradient of looked-up rows. The rows may be some columns of a wider matrix, of which no copy is made. Where an update alone
/// reads the sums they are never made as a whole: it adds up what belongs to each of its tiles (<see cref="RowSums"/>), and rows that nobody looked up cost no memory traffic.
/// </summary>
internal static unsafe class SummedRows
{
    /// <summary>Rows begin <c>offset</c> elements after the beginning of the input and lie <c>stride</c> apart.</summary>
    internal static readonly Op Op = new("_SummedRows", "data:T segment_ids:Tindices -> output:T ; to:shape offset:int stride:int squared:bool T:float Tindices:int16|int32|int64")
    {
        Shape = s => s.Attr<Shape>("to"),
        Kernel = k =>
        {
            var (sums, elements, lists) = (Of(k.Node), k.OutShape().Elements, Lists(k));
            return k.Host((from, to) => sums.At(from[0], from[1], from[2]).Fill((float*)to[0], 0, elements), [k[0], .. lists], (k.OutShape(), k.OutDType()))[0];
        },
    };

    /// <summary>Whether there is a kernel for a node UnsortedSegmentSum.</summary>
    internal static bool Fits(Node sum) => sum.Out.DType == DType.Float32 && sum.Out.Shape.Rank > 1 && sum.Out.Shape.Elements > 0 && sum[1].Shape.Elements <= int.MaxValue;

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

    /// <summary>Which rows a node's segments have: where each segment's begin, and where the last one's end, in the list of all. A segment out of range fails.</summary>
    internal static Value[] Lists(Kernel k)
    {
        var (dtype, count, segments) = (k.DType(1), k.Shape(1).Elements, k.OutShape()[0]);
        return k.Host((from, to) => Sort(from[0], dtype, (int)count, (int)segments, (int*)to[0], (RowOf*)to[1]), [k[1]], (Shape.Create([segments + 1]), DType.Int32), (Shape.Create([count, 2]), DType.Int32));
    }

    /// <summary>The sums of a node, without addresses.</summary>
    internal static RowSums Of(Node node) => new() { Offset = node.Int("offset"), Stride = node.Int("stride"), Count = node[1].Shape.Elements, Width = Rows.Count(node.Out.Shape.Dims[1..]), Squared = node.Flag("squared") };

    static void Sort(nint ids, DType dtype, int count, int segments, int* starts, RowOf* order)
    {
        new Span<int>(starts, segments + 1).Clear();
        new Span<RowOf>(order, count).Clear();
        for (var i = 0; i < count; i++)
            if (Rows.Segment(ids, dtype, i, segments) is >= 0 and var at) starts[at]++;
        for (var s = 1; s <= segments; s++) starts[s] += starts[s - 1];
        for (var i = count - 1; i >= 0; i--)   // from behind each segment's end to its beginning
            if (Rows.Segment(ids, dtype, i, segments) is >= 0 and var at) order[--starts[at]] = new(i, (int)at);
    }
}

/// <summary>A row and the segment that it belongs to.</summary>
internal readonly record struct RowOf(int Row, int Segment);

/// <summary>Sums of rows, made for any run of elements.</summary>
internal unsafe struct RowSums
{
    const int Ahead = 8;
    float* rows;
    int* starts;
    RowOf* order;
    internal long Offset, Width, Stride, Count;
    internal bool Squared;

    /// <summary>The same with addresses of the data and the lists.</summary>
    internal readonly RowSums At(nint data, nint starts, nint order) => this with { rows = (float*)data + Offset, starts = (int*)starts, order = (RowOf*)order };

    /// <summary>Whether any row belongs to element <paramref name="at"/> and the next.</summary>
    internal readonly bool Has(long at, long count) => starts[at / Width] < starts[(at + count - 1) / Width + 1];

    /// <summary>Elements <paramref name="at"/> and the next, of all sums one after the other. Rows of a segment are added up in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal readonly void Fill(float* result, long at, long count)
    {
        new Span<float>(result, checked((int)count)).Clear();
        for (int i = starts[at / Width], end = starts[(at + count - 1) / Width + 1]; i < end; i++)
        {
            if (Sse.IsSupported)   // rows lie anywhere
                for (byte* line = (byte*)(rows + order[Math.Min(i + Ahead, Count - 1)].Row * Stride), beyond = line + Width * sizeof(float); line < beyond; line += 64) Sse.Prefetch0(line);
            var first = order[i].Segment * Width;
            long from = Math.Max(first, at), to = Math.Min(first + Width, at + count);
            Add(rows + order[i].Row * Stride + (from - first), result + (from - at), (int)(to - from));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
