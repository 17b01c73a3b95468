using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Parts of tensors by number, and what goes with it: one-hot vectors, ranges, sums by segment.</summary>
internal static class IndexOps
{
    const string Segment = "data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T ; T:number Tindices:int16|int32|int64 Tnumsegments:index=int32";

    internal static readonly Op Gather = new("GatherV2", "params:Tparams indices:Tindices axis:Taxis -> output:Tparams ; batch_dims:int=0 Tparams:type Tindices:int16|int32|int64 Taxis:index")
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
            var batch = s.Axis(s.Int("batch_dims"), s[1].Rank + 1);
            if (s.Known(2) is not [{ } at]) return ShapeContext.OfRank(s[0].Rank - 1 + s[1].Rank - batch);
            var axis = s.Axis(at, s[0].Rank);
            if (axis < batch) throw s.Fail($"axis {axis} lies within the {batch} batch axes", "Expected an axis behind them.");
            var dims = s[0].ToArray();
            for (var i = 0; i < batch; i++) dims[i] = s.Same(dims[i], s[1][i], $"the sizes of batch axis {i}");
            return Shape.Create([.. dims[..axis], .. s[1].Dims[batch..], .. dims[(axis + 1)..]]);
        },
        Grad = (n, g) => [Scattered(n, g), null, null],
        Kernel = k =>
        {
            var (batch, axis) = Places(k.Node);
            ReadOnlySpan<long> x = k.Shape(0).Dims, at = k.Shape(1).Dims;
            return k.Host(Rows.Gather(Rows.Count(x[..batch]), Rows.Count(x[batch..axis]), x[axis], Rows.Count(x[(axis + 1)..]) * k.Size(), Rows.Count(at[batch..]), k.DType(1)),
                [k[0], k[1]], (k.OutShape(), k.OutDType()))[0];
        },
        Fold = (n, v) => v[0].Shape.Rank == 1 && n.Int("batch_dims") == 0 && n.Out.Shape.Elements <= 64 ? SliceOps.Pick(v[0], Enumerable.Range(0, v[1].Count).Select(i => (int)v[1].Number(i))).Reshape(n.Out.Shape) : null,
    };

    /// <summary>Rows summed by segment number; what a gather's gradient is made of. Rows of one segment are added in their order.</summary>
    internal static readonly Op UnsortedSegmentSum = new("UnsortedSegmentSum", Segment)
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
            if (s[1].Rank > s[0].Rank || !s[0][..s[1].Rank].Accepts(s[1])) throw s.Fail("the segment numbers do not fit the data", "Expected the data's shape to begin with theirs.");
            return Shape.Create([s.Known(2) is [{ } number] ? number : Dim.Any, .. s[0].Dims[s[1].Rank..]]);
        },
        Grad = (n, g) =>
        {
            var kept = A.Cast(n[1] >= 0, g.DType);
            for (var i = n[1].Shape.Rank; i < n[0].Shape.Rank; i++) kept = A.ExpandDims(kept, -1);
            return [A.Gather(g, A.Maximum(n[1], A.ZerosLike(n[1]))) * kept, null, null];
        },
        Kernel = k => k.Host(Rows.SegmentSum((int)k.Shape(1).Elements, (int)Rows.Count(k.OutShape().Dims[1..]), (int)k.OutShape()[0], k.DType(), k.DType(1)), [k[0], k[1]], (k.OutShape(), k.OutDType()))[0],
    };

    internal static readonly Op OneHot = new("OneHot", "indices:TI depth:int32 on_value:T off_value:T -> output:T ; axis:int=-1 T:type TI:uint8|int8|int32|int64=int64")
    {
        Shape = s =>
        {
            for (var i = 1; i < 4; i++) s.Rank(i, 0);
            if (!s[0].HasRank) return Shape.Unknown;
            var axis = s.Axis(s.Int("axis"), s[0].Rank + 1);
            var depth = s.Known(1) is [{ } known] ? known : Dim.Any;
            if (s.Known(1) is [< 0]) throw s.Fail($"the depth is {depth}", "Expected 0 or more.");
            return Shape.Create([.. s[0].Dims[..axis], depth, .. s[0].Dims[axis..]]);
        },
        NoGradient = Op.Discrete,
        Kernel = k =>
        {
            var axis = (int)k.Node.Int("axis");
            if (axis < 0) axis += k.OutShape().Rank;
            return k.Host(Rows.OneHot((int)Rows.Count(k.OutShape().Dims[..axis]), (int)k.OutShape()[axis], (int)Rows.Count(k.OutShape().Dims[(axis + 1)..]), k.DType(), k.Size(2)),
                [k[0], k[2], k[3]], (k.OutShape(), k.OutDType()))[0];
        },
    };

    internal static readonly Op Range = new("Range", "start:Tidx limit:Tidx delta:Tidx -> output:Tidx ; Tidx:bfloat16|float16|float32|float64|int8|int16|int32|int64|uint16|uint32=int32")
    {
        Shape = s =>
        {
            for (var i = 0; i < 3; i++) s.Rank(i, 0);
            if (s.Number(0) is not { } start || s.Number(1) is not { } limit || s.Number(2) is not { } delta) return Shape.Create([Dim.Any]);
            if (delta == 0 || delta > 0 && start > limit || delta < 0 && start < limit) throw s.Fail($"there is no range from {start} to {limit} by {delta}", "Expected a step that leads from start to limit.");
            return Shape.Create([(long)Math.Ceiling((limit - start) / delta)]);
        },
        NoGradient = Op.Discrete,
        Fold = (n, v) =>
        {
            var result = NDArray.Zeros(n.Out.Shape, n.Out.DType);
            for (var i = 0; i < result.Count; i++) result.SetNumber(i, v[0].Number(0) + i * v[2].Number(0));
            return result;
        },
    };

    internal static readonly Op Fill = new("Fill", "dims:index_type value:T -> output:T ; T:type index_type:index=int32")
    {
        Shape = s =>
        {
            s.Rank(0, 1);
            s.Rank(1, 0);
            return s.Known(0) is { } dims ? Shape.Create([.. dims.Select(d => d ?? Dim.Any)]) : s.OfLength(0);
        },
        Grad = (n, g) => [null, A.Sum(g)],
        Kernel = k => k.Strided(k[1], k.OutShape().ToArray(), new long[k.OutShape().Rank]),
        Fold = (n, v) => n.Out.Shape.Elements <= 64 && n.Out.DType != DType.String && !n.Out.DType.IsComplex() ? NDArray.Full(n.Out.Shape, v[1].Number(0), n.Out.DType) : null,
    };

    internal static readonly Op LinSpace = new("LinSpace", "start:T stop:T num:Tidx -> output:T ; T:float Tidx:index=int32")
    {
        Shape = s =>
        {
            for (var i = 0; i < 3; i++) s.Rank(i, 0);
            return Shape.Create([s.Known(2) is [{ } count] ? count > 0 ? count : throw s.Fail($"there are {count} numbers", "Expected at least one.") : Dim.Any]);
        },
        Grad = (n, g) =>
        {
            var share = LinSpace!.Call(A.Constant(0, g.DType), A.Constant(1, g.DType), n[2]);
            return [A.Sum(g * (1 - share)), A.Sum(g * share), null];
        },
        Composite = n =>
        {
            var count = n.Out.Shape[0];
            var first = A.Reshape(n[0], [1]);
            if (count == 1) return [first];
            var step = (n[1] - n[0]) / (double)(count - 1);
            return [A.Concat([n[0] + step * A.Cast(A.Range((int)count - 1), n.Out.DType), A.Reshape(n[1], [1])], 0)];
        },
    };

    /// <summary>The gradient of a gather: rows of g added at the places they were taken from.</summary>
    static Variable Scattered(Node n, Variable g)
    {
        var (x, at) = (n[0], n[1]);
        var (batch, axis) = Places(n);
        int rank = x.Shape.Rank, fresh = at.Shape.Rank - batch;   // g: batch, outer, fresh, inner
        var (outer, inner) = (axis - batch, rank - axis - 1);
        if (outer > 0)
            g = A.Transpose(g, [.. Longs(0, batch), .. Longs(axis, fresh), .. Longs(batch, outer), .. Longs(axis + fresh, inner)]);
        var rows = A.SizeOf(x, axis);
        var segments = rows;
        var ids = at;
        var wide = A.ShapeOf(x);   // the result's shape before it is brought back in order
        if (batch > 0)
        {
            // rows of one batch entry come behind those of the one before
            var batches = A.Product(A.ShapeOf(at)[..batch]);
            var shift = A.Reshape(A.Cast(A.Range(batches) * rows, at.DType), A.Concat([A.ShapeOf(at)[..batch], A.Ints([.. Enumerable.Repeat(1L, fresh)])], 0));
            (ids, segments) = (at + shift, batches * rows);
        }
        var sum = UnsortedSegmentSum.Call(g, ids, segments);   // [batch · rows, outer, inner]
        long[] order = [.. Longs(0, batch), axis, .. Longs(batch, outer), .. Longs(axis + 1, inner)];
        var known = x.Shape.HasRank ? Shape.Create([.. order.Select(i => x.Shape[(int)i])]) : Shape.Unknown;
        if (batch > 0) sum = x.Shape.HasRank && known.Count(d => d < 0) <= 1 ? A.Reshape(sum, known) : A.Reshape(sum, A.Gather(wide, A.Ints(order)));
        return outer > 0 ? A.Transpose(sum, ArrayOps.Inverse(order)) : sum;

        static IEnumerable<long> Longs(int from, int count) => Enumerable.Range(from, count).Select(i => (long)i);
    }

    static (int Batch, int Axis) Places(Node n)
    {
        if (!n[0].Shape.HasRank || !n[1].Shape.HasRank || ShapeValues.Entries(n[2]) is not [{ } axis]) throw new GraphException("GatherV2: the ranks and the axis must be known. Give the axis as a number.");
        var batch = n.Int("batch_dims");
        return ((int)(batch < 0 ? batch + n[1].Shape.Rank : batch), (int)(axis < 0 ? axis + n[0].Shape.Rank : axis));
    }
}
