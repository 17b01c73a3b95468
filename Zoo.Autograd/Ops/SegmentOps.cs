using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Reductions of rows that have the same segment number: sorted numbers, whose last one tells how many segments there are, or numbers in any order.</summary>
internal static class SegmentOps
{
    internal enum How { Sum, Mean, Prod, Max, Min }

    internal static readonly Op SegmentSum = Sorted("SegmentSum", "number", How.Sum);
    internal static readonly Op SegmentMean = Sorted("SegmentMean", "number", How.Mean);
    internal static readonly Op SegmentProd = Sorted("SegmentProd", "number", How.Prod);
    internal static readonly Op SegmentMax = Sorted("SegmentMax", "real", How.Max);
    internal static readonly Op SegmentMin = Sorted("SegmentMin", "real", How.Min);
    internal static readonly Op UnsortedSegmentMax = Unsorted("UnsortedSegmentMax", "real", How.Max);
    internal static readonly Op UnsortedSegmentMin = Unsorted("UnsortedSegmentMin", "real", How.Min);
    internal static readonly Op UnsortedSegmentProd = Unsorted("UnsortedSegmentProd", "number", How.Prod);
    internal static readonly Op SparseSegmentSum = Sparse("SparseSegmentSum", "real", rows => SegmentSum.Call(rows.Data, rows.Ids));
    internal static readonly Op SparseSegmentMean = Sparse("SparseSegmentMean", "float", rows => SegmentMean.Call(rows.Data, rows.Ids));
    internal static readonly Op SparseSegmentSqrtN = Sparse("SparseSegmentSqrtN", "float", rows => SegmentSum.Call(rows.Data, rows.Ids) * A.Rsqrt(A.Maximum(SegmentSum.Call(A.OnesLike(rows.Data), rows.Ids), 1)));

    static Op Sorted(string name, string types, How how) => new(name, $"data:T segment_ids:Tindices -> output:T ; T:{types} Tindices:index")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (!s[0].HasRank) return Shape.Unknown;
            if (s[0].Rank < 1) throw s.Fail("the data is a single number", "Expected rows.");
            if (s[1].HasRank) s.Same(s[0][0], s[1][0], "the numbers of rows and of segment numbers");
            return s[0].With(0, Dim.Any);
        },
        Grad = (n, g) => [Back(n, g, how, v => A.Gather(v, n[1]), v => SegmentSum!.Call(v, n[1])), null],
        DataDependent = true,
        Kernel = k =>
        {
            var (rows, width, dtype, index) = ((int)k.Shape(0)[0], (int)Rows.Count(k.Shape(0).Dims[1..]), k.DType(), k.DType(1));
            var rest = k.Shape(0);
            return k.Late(from =>
            {
                var ids = Managed.Integers(from[1], index, rows);
                for (var i = 0; i < rows; i++)
                    if (ids[i] < (i == 0 ? 0 : ids[i - 1])) throw new EngineException($"{name}: the segment {ids[i]} at place {i} is out of range. Expected numbers from 0 that do not fall.") { Op = name };
                var result = NDArray.Zeros(rest.With(0, rows == 0 ? 0 : ids[^1] + 1), dtype);
                var pin = System.Runtime.InteropServices.GCHandle.Alloc(result.Data, System.Runtime.InteropServices.GCHandleType.Pinned);
                try
                {
                    Managed.Numbers(name, dtype, new Reduce(name, rows, width, (int)result.Shape[0], how, index, Empty: how == How.Prod ? 1 : 0))(from, [pin.AddrOfPinnedObject()]);
                }
                finally
                {
                    pin.Free();
                }
                return [result];
            }, [k[0], k[1]], 1);
        },
    };

    static Op Unsorted(string name, string types, How how) => new(name, $"data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T ; T:{types} Tindices:index Tnumsegments:index=int32")
    {
        Shape = IndexOps.UnsortedSegmentSum.Shape,
        Grad = (n, g) =>
        {
            var kept = n[1] >= 0;
            for (var i = n[1].Shape.Rank; i < n[0].Shape.Rank; i++) kept = A.ExpandDims(kept, -1);
            var ids = A.Maximum(n[1], A.ZerosLike(n[1]));
            return [Back(n, g, how, v => A.Gather(v, ids) * A.Cast(kept, v.DType), v => IndexOps.UnsortedSegmentSum.Call(v, n[1], n[2])), null, null];
        },
        Kernel = k => k.Numbers(new Reduce(name, (int)k.Shape(1).Elements, (int)Rows.Count(k.OutShape().Dims[1..]), (int)k.OutShape()[0], how, k.DType(1), null)),
    };

    static Op Sparse(string name, string types, Func<(Variable Data, Variable Ids), Variable> body) => new(name, $"data:T indices:Tidx segment_ids:Tsegmentids -> output:T ; T:{types} Tidx:index=int32 Tsegmentids:index=int32 sparse_gradient:bool=false")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            s.Rank(2, 1);
            if (s[1].HasRank && s[2].HasRank) s.Same(s[1][0], s[2][0], "the numbers of indices and of segment numbers");
            if (!s[0].HasRank) return Shape.Unknown;
            return s[0].Rank > 0 ? s[0].With(0, Dim.Any) : throw s.Fail("the data is a single number", "Expected rows.");
        },
        Grad = (n, g) => [Gradients.Of([body((A.Gather(n[0], n[1]), n[2]))], [n[0]], [g])[0], null, null],
        DataDependent = true,
        Composite = n => [body((A.Gather(n[0], n[1]), n[2]))],
    };

    /// <summary>The gradient for the data: <paramref name="spread"/> gives each row its segment's value, <paramref name="total"/> sums rows by segment.</summary>
    static Variable Back(Node n, Variable g, How how, Func<Variable, Variable> spread, Func<Variable, Variable> total)
    {
        var x = n[0];
        switch (how)
        {
            case How.Sum: return spread(g);
            case How.Mean: return spread(g / A.Maximum(total(A.OnesLike(x)), 1));
            case How.Prod:
                // a single zero leaves the product of the others, two leave nothing
                var zero = A.Equal(x, A.ZerosLike(x));
                var filled = A.Where(zero, A.OnesLike(x), x);
                var others = n.Op.Call([filled, .. n.Inputs[1..]], Attrs.None).Out;
                var alone = A.Equal(spread(total(A.Cast(zero, g.DType))), A.OnesLike(x));
                return spread(g) * A.Where(zero, A.Where(alone, spread(others), A.ZerosLike(x)), spread(n.Out) / filled);
            default:
                var hit = A.Cast(A.Equal(spread(n.Out), x), g.DType);   // ties share evenly
                return hit * spread(g / A.Maximum(total(hit), 1));
        }
    }

    /// <summary>Rows by segment; <c>Empty</c> is what a segment without rows holds, null for the reduction's own beginning.</summary>
    sealed record Reduce(string Op, int Count, int Width, int Segments, How How, DType Index, int? Empty) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            var ids = Managed.Integers(from[1], Index, Count);
            Span<T> x = HostMemory.Span<T>(from[0], Count * Width), y = HostMemory.Span<T>(to[0], Segments * Width);
            var times = new int[Segments];
            y.Fill(How switch { How.Prod => T.One, How.Max => T.MinValue, How.Min => T.MaxValue, _ => T.Zero });
            for (var i = 0; i < Count; i++)
            {
                if (ids[i] < 0) continue;
                if (ids[i] >= Segments) throw new EngineException($"{Op}: the segment {ids[i]} at place {i} is out of range. Expected less than {Segments}. Check the numbers, or ask for more segments.") { Op = Op };
                times[ids[i]]++;
                Span<T> row = x.Slice(i * Width, Width), target = y.Slice((int)ids[i] * Width, Width);
                for (var j = 0; j < Width; j++)
                    target[j] = How switch { How.Prod => target[j] * row[j], How.Max => T.Max(target[j], row[j]), How.Min => T.Min(target[j], row[j]), _ => target[j] + row[j] };
            }
            for (var s = 0; s < Segments; s++)
            {
                var target = y.Slice(s * Width, Width);
                if (times[s] == 0 && Empty is { } empty) target.Fill(T.CreateTruncating(empty));
                else if (How == How.Mean && times[s] > 0)
                    for (var j = 0; j < Width; j++) target[j] /= T.CreateTruncating(times[s]);
            }
        }
    }
}
