using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>The largest of each row, and whether a class is among them.</summary>
internal static class SortOps
{
    internal static readonly Op TopKV2 = new("TopKV2", "input:T k:Tk -> values:T indices:index_type ; sorted:bool=true T:real Tk:int16|int32|int64=int32 index_type:int16|int32|int64=int32")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            return Largest(s, s.Known(1) is [{ } k] ? k : Dim.Any);
        },
        Grads = (n, g) => [g[0] is { } values ? Spread(n, values) : null, null],
        Kernel = k =>
        {
            _ = k.ConstInts(1);
            return k.Numbers(new Rank((int)k.Shape(0)[-1], (int)k.OutShape()[-1], (int)Rows.Count(k.Shape(0).Dims[..^1]), k.OutDType(1)));
        },
    };

    internal static readonly Op TopK = new("TopK", "input:T -> values:T indices:int32 ; k:int sorted:bool=true T:real")
    {
        Shape = s => Largest(s, s.Int("k")),
        Grads = (n, g) => [g[0] is { } values ? Spread(n, values) : null],
        Composite = n => Newer(n),
        Portable = n => Newer(n),
    };

    static Variable[] Newer(Node n) => TopKV2.Node([n[0], A.Constant(n.Int("k"), DType.Int32)], ("sorted", n.Flag("sorted"))).Outputs;

    internal static readonly Op InTopKV2 = new("InTopKV2", "predictions:float32 targets:T k:T -> precision:bool ; T:index=int32")
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            return Batch(s);
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Host(Among((int)k.Shape(0)[0], (int)k.Shape(0)[1], k.DType(1), null), [k[0], k[1], k[2]], (k.OutShape(), DType.Bool))[0],
    };

    internal static readonly Op InTopK = new("InTopK", "predictions:float32 targets:T -> precision:bool ; k:int T:index=int32")
    {
        Shape = s => Batch(s),
        NoGradient = Op.Discrete,
        Kernel = k => k.Host(Among((int)k.Shape(0)[0], (int)k.Shape(0)[1], k.DType(1), k.Node.Int("k")), [k[0], k[1]], (k.OutShape(), DType.Bool))[0],
    };

    internal static readonly Op NthElement = new("NthElement", "input:T n:int32 -> values:T ; reverse:bool=false T:real")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            if (!s[0].HasRank) return Shape.Unknown;
            if (s[0].Rank < 1) throw s.Fail("the input is a single number", "Expected at least one axis.");
            if (s.Known(1) is [{ } at] && (at < 0 || s[0][-1] >= 0 && at >= s[0][-1])) throw s.Fail($"there is no element {at} among {s[0][-1]}", "Expected a place within the last axis.");
            return s[0][..^1];
        },
        Grad = (n, g) =>
        {
            var hit = A.Cast(A.Equal(A.ExpandDims(n.Out, -1), n[0]), g.DType);
            return [hit / A.Sum(hit, -1, keepDims: true) * A.ExpandDims(g, -1), null];
        },
        Composite = n =>
        {
            var (size, at) = (n[0].Shape[-1], ShapeValues.NeededInts(n, 1)[0]);
            var sorted = TopKV2.Node([n[0], A.Constant(n.Flag("reverse") ? at + 1 : size - at, DType.Int32)]).Out;
            return [sorted.IndexSelect(-1, -1)];
        },
    };

    static Shapes Largest(ShapeContext s, long k)
    {
        if (!s[0].HasRank) return [Shape.Unknown, Shape.Unknown];
        if (s[0].Rank < 1) throw s.Fail("the input is a single number", "Expected at least one axis.");
        if (k < Dim.Any || s[0][-1] >= 0 && k > s[0][-1]) throw s.Fail($"there are no {k} largest among {s[0][-1]}", "Expected a k from 0 to the size of the last axis.");
        return [s[0].With(-1, k), s[0].With(-1, k)];
    }

    static Shape Batch(ShapeContext s)
    {
        s.Rank(0, 2);
        s.Rank(1, 1);
        if (s[0].HasRank && s[1].HasRank) s.Same(s[0][0], s[1][0], "the batches");
        return s[1].HasRank ? s[1] : s[0].HasRank ? s[0][..1] : ShapeContext.OfRank(1);
    }

    /// <summary>The gradient of the k values put back at their places.</summary>
    static Variable Spread(Node n, Variable g)
    {
        var width = A.SizeOf(n[0], n[0].Shape.Rank - 1);
        var flat = A.Reshape(g, [Dim.Any]);
        var rows = A.FloorDiv(A.SizeOf(n[0]), A.Maximum(width, 1));
        var places = A.Reshape(A.Cast(n.Outputs[1], DType.Int32), A.Stack([rows, A.SizeOf(n.Out, n.Out.Shape.Rank - 1)]));
        return A.ReshapeLike(IndexOps.UnsortedSegmentSum.Call(flat, A.Reshape(places + A.Reshape(A.Range(rows) * width, [Dim.Any, 1]), [Dim.Any]), A.SizeOf(n[0])), n[0]);
    }

    /// <summary>Of equal values the first comes first; NaN counts as the largest.</summary>
    sealed record Rank(int Width, int K, int Count, DType Places) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>
        {
            Span<T> x = HostMemory.Span<T>(from[0], Count * Width), values = HostMemory.Span<T>(to[0], Count * K);
            var best = new int[K];
            var all = K > 32 ? new int[Width] : [];
            var keys = K > 32 ? new T[Width] : [];
            for (var r = 0; r < Count; r++)
            {
                var row = x.Slice(r * Width, Width);
                if (K > 32)
                {
                    for (var i = 0; i < Width; i++) all[i] = i;
                    row.CopyTo(keys);
                    Array.Sort(all, (a, b) => keys[b].CompareTo(keys[a]) is var order && order != 0 ? order : a.CompareTo(b));
                    all.AsSpan(0, K).CopyTo(best);
                }
                else
                {
                    var found = 0;
                    for (var i = 0; i < Width; i++)
                    {
                        if (found == K && (K == 0 || row[i].CompareTo(row[best[K - 1]]) <= 0)) continue;
                        var at = found < K ? found++ : K - 1;
                        for (; at > 0 && row[i].CompareTo(row[best[at - 1]]) > 0; at--) best[at] = best[at - 1];
                        best[at] = i;
                    }
                }
                for (var i = 0; i < K; i++)
                {
                    values[r * K + i] = row[best[i]];
                    Managed.Put(to[1], Places, r * K + i, best[i]);
                }
            }
        }
    }

    /// <summary>Whether fewer than k classes are above the target's; false for a class that does not exist or a row with numbers that are not finite.</summary>
    static HostKernel Among(int rows, int classes, DType index, long? given) => (from, to) =>
    {
        var x = HostMemory.Span<float>(from[0], rows * classes);
        var targets = Managed.Integers(from[1], index, rows);
        var k = given ?? Managed.Integers(from[2], index, 1)[0];
        var hits = HostMemory.Span<bool>(to[0], rows);
        for (var r = 0; r < rows; r++)
        {
            var row = x.Slice(r * classes, classes);
            hits[r] = targets[r] >= 0 && targets[r] < classes && float.IsFinite(row[(int)targets[r]]);
            var above = 0;
            for (var c = 0; c < classes && hits[r]; c++)
            {
                if (!float.IsFinite(row[c])) hits[r] = false;
                else if (row[c] > row[(int)targets[r]]) above++;
            }
            hits[r] &= above < k;
        }
    };
}
