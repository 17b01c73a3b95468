using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Several tensors to one, one to several, repeats.</summary>
internal static class JoinOps
{
    internal static readonly Op Concat = new("ConcatV2", "values:N*T axis:Tidx -> output:T ; N:int T:type Tidx:index=int32")
    {
        Shape = s =>
        {
            s.Rank(s.Count - 1, 0);
            var known = Enumerable.Range(0, s.Count - 1).FirstOrDefault(i => s[i].HasRank, -1);
            if (known < 0) return Shape.Unknown;
            if (s.Known(s.Count - 1) is not [{ } at]) return ShapeContext.OfRank(s[known].Rank);
            var axis = s.Axis(at, s[known].Rank);
            var dims = s[known].ToArray();
            dims[axis] = 0;
            for (var i = 0; i < s.Count - 1; i++)
            {
                if (s[i].HasRank && s[i].Rank != dims.Length) throw s.Fail($"the ranks are {dims.Length} and {s[i].Rank}", "Expected equal ranks.");
                for (var d = 0; d < dims.Length; d++)
                {
                    var size = s[i].HasRank ? s[i][d] : Dim.Any;
                    dims[d] = d != axis ? s.Same(dims[d], size, $"the sizes of axis {d}") : dims[d] < 0 || size < 0 ? Dim.Any : dims[d] + size;
                }
            }
            return Shape.Create(dims);
        },
        Grad = (n, g) => [.. Parts(n, g), null],
        Kernel = k => k.Call("cat", Enumerable.Range(0, k.Count - 1).Select(i => k[i]).ToArray(), Axis(k, k.ConstInts(k.Count - 1)[0])),
        Simplify = n => n.Inputs.Length == 2 ? n[0] : null,
        Fold = (n, v) => n.Out.Shape.Rank == 1 ? Flat(v[..^1], n.Out.DType) : null,
    };

    internal static readonly Op Pack = new("Pack", "values:N*T -> output:T ; N:int T:type axis:int=0")
    {
        Shape = s =>
        {
            var shape = s.Alike(0, s.Count - 1);
            if (!shape.HasRank) return shape;
            var axis = s.Axis(s.Int("axis"), shape.Rank + 1);
            return Shape.Create([.. shape.Dims[..axis], s.Count, .. shape.Dims[axis..]]);
        },
        Grad = (n, g) => [.. Unpack!.Call([g], Attrs.Of(("num", n.Inputs.Length), ("axis", n.Int("axis")))).Outputs],
        Kernel = k => k.Call("stack", Enumerable.Range(0, k.Count).Select(i => k[i]).ToArray(), Axis(k, k.Node.Int("axis"))),
        Fold = (n, v) => n.Out.Shape.Rank == 1 || n.Out.Shape.Rank == 2 && n.Int("axis") == 0 ? Flat(v, n.Out.DType).Reshape(n.Out.Shape)
            : n.Out.Shape.Rank == 2 ? Columns(v, n.Out.DType) : null,
    };

    internal static readonly Op Unpack = new("Unpack", "value:T -> output:num*T ; num:int T:type axis:int=0")
    {
        Shape = s =>
        {
            var parts = (int)s.Int("num");
            if (!s[0].HasRank) return new([.. Enumerable.Repeat(Shape.Unknown, parts)]);
            var axis = s.Axis(s.Int("axis"), s[0].Rank);
            if (s[0][axis] >= 0 && s[0][axis] != parts) throw s.Fail($"axis {axis} has size {s[0][axis]}", $"Expected {parts}, the number of parts.");
            return new([.. Enumerable.Repeat(Without(s[0], axis), parts)]);
        },
        Grads = (n, g) => [Pack.Call(Each(n, g), Attrs.Of(("axis", n.Int("axis")))).Out],
        Kernel = k =>
        {
            var axis = Axis(k, k.Node.Int("axis"), k.Shape(0).Rank);
            var strides = Strides.RowMajor(k.Shape(0).Dims);
            var kept = strides.Where((_, i) => i != axis).ToArray();
            return Enumerable.Range(0, k.Node.Outputs.Length).Select(i => (Value?)k.Strided(k[0], k.OutShape(i).ToArray(), kept, i * strides[axis])).ToArray();
        },
    };

    internal static readonly Op Split = new("Split", "split_dim:int32 value:T -> output:num_split*T ; num_split:int T:type")
    {
        Shape = s =>
        {
            var parts = (int)s.Int("num_split");
            s.Rank(0, 0);
            if (!s[1].HasRank) return new([.. Enumerable.Repeat(Shape.Unknown, parts)]);
            if (s.Known(0) is not [{ } at]) return new([.. Enumerable.Repeat(ShapeContext.OfRank(s[1].Rank), parts)]);
            var axis = s.Axis(at, s[1].Rank);
            if (s[1][axis] >= 0 && s[1][axis] % parts != 0) throw s.Fail($"axis {axis} of size {s[1][axis]} does not split in {parts} equal parts", "Expected a multiple. Use SplitV for parts of different sizes.");
            return new([.. Enumerable.Repeat(s[1][axis] >= 0 ? s[1].With(axis, s[1][axis] / parts) : s[1], parts)]);
        },
        Grads = (n, g) => [null, Concat.Call([.. Each(n, g), n[0]], Attrs.None).Out],
        Kernel = k => Views(k, k[1], k.Shape(1), (int)k.ConstInts(0)[0]),
    };

    internal static readonly Op SplitV = new("SplitV", "value:T size_splits:Tlen split_dim:int32 -> output:num_split*T ; num_split:int T:type Tlen:index=int64")
    {
        Shape = s =>
        {
            var parts = (int)s.Int("num_split");
            s.Vector(1, parts);
            s.Rank(2, 0);
            if (!s[0].HasRank) return new([.. Enumerable.Repeat(Shape.Unknown, parts)]);
            if (s.Known(2) is not [{ } at] || s.Known(1) is not { } sizes) return new([.. Enumerable.Repeat(ShapeContext.OfRank(s[0].Rank), parts)]);
            var axis = s.Axis(at, s[0].Rank);
            var rest = s[0][axis] >= 0 ? s[0][axis] - sizes.Sum(x => Math.Max(0, x ?? 0)) : Dim.Any;
            if (s[0][axis] >= 0 && (sizes.Any(x => x == -1) ? rest < 0 : rest != 0 && sizes.All(x => x is not null)) || sizes.Count(x => x == -1) > 1)
                throw s.Fail($"parts of {string.Join(", ", sizes)} do not fill axis {axis} of size {s[0][axis]}", "Expected sizes that add up, one of which may be -1.");
            return new([.. sizes.Select(x => s[0].With(axis, (x == -1 ? rest : x) ?? Dim.Any))]);
        },
        Grads = (n, g) => [Concat.Call([.. Each(n, g), n[2]], Attrs.None).Out, null, null],
        Kernel = k => Views(k, k[0], k.Shape(0), (int)k.ConstInts(2)[0]),
    };

    internal static readonly Op Tile = new("Tile", "input:T multiples:Tmultiples -> output:T ; T:type Tmultiples:index=int32")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (!s[0].HasRank) return s.OfLength(1);
            s.Vector(1, s[0].Rank);
            var times = s.Known(1);
            if (times is not null && times.Any(t => t < 0)) throw s.Fail("a multiple is negative", "Expected 0 or more.");
            return Shape.Create([.. s[0].Select((d, i) => d >= 0 && times?[i] is { } t ? d * t : times?[i] == 1 ? d : Dim.Any)]);
        },
        Grad = (n, g) =>
        {
            // [m0·d0, m1·d1, …] seen as [m0, d0, m1, d1, …], summed over the repeats
            var rank = n[0].Shape.Rank;
            var pairs = A.Reshape(Pack.Call([n[1], A.ShapeOf(n[0], n[1].DType)], ("axis", 1)), [-1]);
            var wide = ArrayOps.Reshape.Call(g, pairs);
            return [A.ReshapeLike(ReduceOps.Sum.Call([wide, A.Ints([.. Enumerable.Range(0, rank).Select(i => 2L * i)])], ("keep_dims", false)), n[0]), null];
        },
        Kernel = k => k.Call("repeat", k[0], k.ConstInts(1)),
        Simplify = n => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape ? n[0] : null,
    };

    internal static readonly Op Reverse = new("ReverseV2", "tensor:T axis:Tidx -> output:T ; Tidx:index=int32 T:uint8|int8|uint16|int16|int32|uint32|int64|uint64|bool|bfloat16|float16|float32|float64|complex64|complex128|string")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (s[0].HasRank && s.Known(1) is { } axes)
                if (axes.Select(a => a is { } at ? s.Axis(at, s[0].Rank) : -1).GroupBy(a => a).Any(g => g.Key >= 0 && g.Count() > 1)) throw s.Fail("an axis is named twice", "Expected each axis once.");
            return s[0];
        },
        Grad = (n, g) => [Reverse!.Call(g, n[1]), null],
        Kernel = k => ReduceOps.Signed(k, k[0], x => k.Call("flip", x, k.ConstInts(1))),
        Simplify = n => ShapeValues.Of(n[1]) is { Length: 0 } ? n[0] : null,
    };

    /// <summary>The parts of a gradient that belong to the inputs of a concatenation.</summary>
    static IEnumerable<Variable> Parts(Node n, Variable g)
    {
        var parts = n.Inputs[..^1];
        if (ShapeValues.Entries(n.Inputs[^1]) is not [{ } at] || !n.Out.Shape.HasRank) throw new GraphException("Gradients: ConcatV2 along an axis that is not constant has no gradient. Give the axis as a number.");
        var axis = (int)(at < 0 ? at + n.Out.Shape.Rank : at);
        if (parts.Length == 1) return [g];
        var sizes = parts.Select(p => p.Shape.HasRank && p.Shape[axis] >= 0 ? A.Constant(p.Shape[axis], DType.Int32) : A.SizeOf(p, axis));
        return SplitV.Call([g, Pack.Call([.. sizes], Attrs.None).Out, A.Constant(axis, DType.Int32)], Attrs.Of(("num_split", parts.Length))).Outputs.Select((v, i) => A.ReshapeLike(v, parts[i]));
    }

    /// <summary>The gradients of all outputs, zeros where there is none.</summary>
    static Variable[] Each(Node n, Variable?[] g) => [.. n.Outputs.Select((v, i) => g[i] ?? A.ZerosLike(v))];

    static Value?[] Views(Kernel k, Value x, Shape shape, int axis)
    {
        if (axis < 0) axis += shape.Rank;
        var strides = Strides.RowMajor(shape.Dims);
        long at = 0;
        var views = new Value?[k.Node.Outputs.Length];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = k.Strided(x, k.OutShape(i).ToArray(), strides, at * strides[axis]);
            at += k.OutShape(i)[axis];
        }
        return views;
    }

    static long Axis(Kernel k, long axis, int? rank = null) => axis < 0 ? axis + (rank ?? k.OutShape().Rank) : axis;

    static Shape Without(Shape shape, int axis) => Shape.Create([.. shape.Where((_, i) => i != axis)]);

    static NDArray Flat(NDArray[] parts, DType dtype)
    {
        var result = NDArray.Zeros([parts.Sum(p => p.Count)], dtype);
        var at = 0;
        foreach (var part in parts)
        {
            Array.Copy(part.Data, part.Offset, result.Data, at, part.Count);
            at += part.Count;
        }
        return result;
    }

    static NDArray Columns(NDArray[] columns, DType dtype)
    {
        var result = NDArray.Zeros([columns[0].Count, columns.Length], dtype);
        for (var i = 0; i < columns[0].Count; i++)
            for (var c = 0; c < columns.Length; c++) Array.Copy(columns[c].Data, columns[c].Offset + i, result.Data, i * columns.Length + c, 1);
        return result;
    }
}
