using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Shapes, copies, order of elements.</summary>
internal static class ArrayOps
{
    internal static readonly Op Identity = Pass("Identity", (n, g) => [g], null);
    internal static readonly Op StopGradient = Pass("StopGradient", null, "the gradient was stopped on purpose");

    internal static readonly Op Snapshot = Pass("Snapshot", (n, g) => [g], null);

    internal static readonly Op PreventGradient = new("PreventGradient", "input:T -> output:T ; T:type message:string=")
    {
        Shape = s => s[0],
        NoGradient = "it was asked to have none",
        Kernel = k => k[0],
        Simplify = n => n[0],
    };

    internal static readonly Op IdentityN = new("IdentityN", "input:T[] -> output:T[]")
    {
        Shape = s => new([.. Enumerable.Range(0, s.Count).Select(i => s[i])]),
        Grads = (n, g) => g,
        Composite = n => n.Inputs,
        Kernel = k => Enumerable.Range(0, k.Count).Select(i => (Value?)k[i]).ToArray(),
    };

    internal static readonly Op EnsureShape = new("EnsureShape", "input:T -> output:T ; shape:shape T:type")
    {
        Shape = s => s.Attr<Shape>("shape") is var wanted && wanted.Accepts(s[0]) ? wanted.Merge(s[0]) : throw s.Fail($"the shape is not {wanted}", "Expected that shape."),
        Grad = (n, g) => [g],
        Kernel = k => k[0],
        Simplify = n => n[0],
    };

    internal static readonly Op ShapeN = new("ShapeN", "input:N*T -> output:N*out_type ; N:int T:type out_type:index=int32")
    {
        Shape = s => new([.. Enumerable.Range(0, s.Count).Select(i => Shape.Create([s[i].HasRank ? s[i].Rank : Dim.Any]))]),
        NoGradient = Op.Discrete,
        Composite = n => [.. n.Inputs.Select(x => A.ShapeOf(x, n.Out.DType))],
    };

    internal static readonly Op BroadcastArgs = new("BroadcastArgs", "s0:T s1:T -> r0:T ; T:index=int32")
    {
        Shape = s =>
        {
            s.Vector(0, -1);
            s.Vector(1, -1);
            if (s.Value(0) is { } a && s.Value(1) is { } b) s.Broadcast(Shape.Create(a), Shape.Create(b));
            return Shape.Create([s[0].HasRank && s[1].HasRank && s[0][0] >= 0 && s[1][0] >= 0 ? Math.Max(s[0][0], s[1][0]) : Dim.Any]);
        },
        NoGradient = Op.Discrete,
        Fold = (n, v) => Numbers(Shape.Broadcast(Sizes(v[0]), Sizes(v[1])).Dims, n.Out.DType),
    };

    static Shape Sizes(NDArray v) => Shape.Create([.. Enumerable.Range(0, v.Count).Select(i => (long)v.Number(i))]);

    internal static readonly Op ZerosLike = Like("ZerosLike", 0, "type");
    internal static readonly Op OnesLike = Like("OnesLike", 1, "numeric");

    internal static readonly Op ShapeOp = new("Shape", "input:T -> output:out_type ; out_type:index=int32")
    {
        Shape = s => s[0].HasRank ? Shape.Create([s[0].Rank]) : Shape.Create([Dim.Any]),
        NoGradient = Op.Discrete,
        Fold = (n, _) => Numbers(n[0].Shape.Dims, n.Out.DType),
    };

    internal static readonly Op Size = new("Size", "input:T -> output:out_type ; out_type:index=int32")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Fold = (n, _) => NDArray.Scalar(n[0].Shape.Elements, n.Out.DType),
    };

    internal static readonly Op Rank = new("Rank", "input:T -> output:int32")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Fold = (n, _) => NDArray.Scalar(n[0].Shape.Rank, DType.Int32),
    };

    internal static readonly Op BroadcastGradientArgs = new("BroadcastGradientArgs", "s0:T s1:T -> r0:T r1:T ; T:index=int32")
    {
        Shape = s =>
        {
            s.Vector(0, -1);
            s.Vector(1, -1);
            if (s.Known(0) is not { } a || s.Known(1) is not { } b || a.Contains(null) || b.Contains(null)) return [Shape.Create([Dim.Any]), Shape.Create([Dim.Any])];
            NDArray left = Numbers([.. a.Select(d => d!.Value)], DType.Int64), right = Numbers([.. b.Select(d => d!.Value)], DType.Int64);
            return [Summed(left, right, DType.Int64).Shape, Summed(right, left, DType.Int64).Shape];
        },
        NoGradient = Op.Discrete,
        Folds = (n, v) => [Summed(v[0], v[1], n.Out.DType), Summed(v[1], v[0], n.Out.DType)],
    };

    internal static readonly Op Reshape = new("Reshape", "tensor:T shape:Tshape -> output:T ; Tshape:index=int32")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (s.Known(1)?.Count(d => d == -1) > 1 || s.Known(1)?.Any(d => d < -1) == true) throw s.Fail("a size is below -1, or several are -1", "Expected sizes, one of which may be -1.");
            if (s.Value(1) is not { } wanted) return s.OfLength(1);
            if (!s[0].IsKnown || wanted.Count(d => d < 0) > 1) return Shape.Create(wanted);
            var free = Array.IndexOf(wanted, -1);
            var result = (long[])wanted.Clone();
            if (free >= 0)
            {
                result[free] = 1;
                var rest = Shape.Create(result).Elements;
                result[free] = rest == 0 ? 0 : s[0].Elements / rest;
            }
            return Shape.Create(result).Elements == s[0].Elements ? Shape.Create(result)
                : throw s.Fail($"{s[0].Elements} elements do not fill {Shape.Create(wanted)}", "Expected a shape with as many elements.");
        },
        Grad = (n, g) => [A.ReshapeLike(g, n[0]), null],
        Kernel = k => k.Reshape(k[0], k.OutShape().Dims),
        Simplify = n => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape ? n[0] : null,
        Fold = (n, v) => v[0].Reshape(Shape.Create([.. Enumerable.Range(0, v[1].Count).Select(i => (long)v[1].Number(i))])),
    };

    internal static readonly Op ExpandDims = new("ExpandDims", "input:T dim:Tdim -> output:T ; Tdim:index=int32")
    {
        Shape = s =>
        {
            if (s[1].IsKnown && s[1].Elements != 1) throw s.Fail($"the axis has {s[1].Elements} elements", "Expected one number.");
            if (!s[0].HasRank || s.Known(1) is not [{ } axis]) return s[0].HasRank ? ShapeContext.OfRank(s[0].Rank + 1) : Shape.Unknown;
            var at = s.Axis(axis, s[0].Rank + 1);
            return Shape.Create([.. s[0].Dims[..at], 1, .. s[0].Dims[at..]]);
        },
        Grad = (n, g) => [A.ReshapeLike(g, n[0]), null],
        Kernel = k => k.Reshape(k[0], k.OutShape().Dims),
    };

    internal static readonly Op Squeeze = new("Squeeze", "input:T -> output:T ; squeeze_dims:ints=[]")
    {
        Shape = s =>
        {
            if (!s[0].HasRank || s.Ints("squeeze_dims").Length == 0 && !s[0].IsKnown) return Shape.Unknown;
            var gone = s.Ints("squeeze_dims").Select(a => s.Axis(a, s[0].Rank)).ToHashSet();
            foreach (var a in gone)
                if (s[0][a] > 1 || s[0][a] == 0) throw s.Fail($"axis {a} has size {s[0][a]}", "Expected size 1 at every axis that is squeezed.");
            return Shape.Create([.. s[0].Where((d, i) => gone.Count > 0 ? !gone.Contains(i) : d != 1)]);
        },
        Grad = (n, g) => [A.ReshapeLike(g, n[0])],
        Kernel = k => k.Reshape(k[0], k.OutShape().Dims),
    };

    internal static readonly Op Transpose = new("Transpose", "x:T perm:Tperm -> y:T ; Tperm:index=int32")
    {
        Shape = s =>
        {
            if (!s[0].HasRank) return Shape.Unknown;
            s.Rank(1, 1);
            if (s.Value(1) is not { } perm) return Shape.Create([.. Enumerable.Repeat(Dim.Any, s[0].Rank)]);
            if (!perm.Order().SequenceEqual(Enumerable.Range(0, s[0].Rank).Select(i => (long)i)))
                throw s.Fail($"[{string.Join(", ", perm)}] does not order {s[0].Rank} axes", "Expected each axis once.");
            return Shape.Create([.. perm.Select(p => s[0][(int)p])]);
        },
        Grad = (n, g) => [A.Transpose(g, Inverse(ShapeValues.Of(n[1])!)), null],
        Kernel = k => k.Contiguous(k.Permute(k[0], [.. k.ConstInts(1).Select(i => (int)i)])),
        Simplify = n => ShapeValues.Of(n[1]) is { } perm && perm.Select((p, i) => p == i).All(same => same) ? n[0] : null,
    };

    internal static readonly Op BroadcastTo = new("BroadcastTo", "input:T shape:Tidx -> output:T ; Tidx:index=int32")
    {
        Shape = s => s.Value(1) is { } wanted ? Fits(s, Shape.Create(wanted)) : Shape.Unknown,
        Grad = (n, g) => [g.SumTo(n[0]), null],
        Kernel = k =>
        {
            var (from, to) = (k.Shape(0), k.OutShape());
            var strides = Strides.RowMajor(from.Dims);
            var wide = new long[to.Rank];
            for (var i = 1; i <= from.Rank; i++) wide[^i] = from[^i] == 1 ? 0 : strides[^i];
            return k.Contiguous(k.Strided(k[0], to.ToArray(), wide));
        },
        Simplify = n => n[0].Shape.IsKnown && n[0].Shape == n.Out.Shape ? n[0] : null,
    };

    static Shape Fits(ShapeContext s, Shape to)
    {
        s.Rank(1, 1);
        var fits = s[0].HasRank ? s[0].Rank <= to.Rank : true;
        for (var i = 1; fits && s[0].HasRank && i <= s[0].Rank; i++) fits = s[0][-i] == to[-i] || s[0][-i] is 1 or Dim.Any || to[-i] == Dim.Any;
        if (!fits) throw s.Fail($"it does not broadcast to {to}", "Expected a target with its sizes at the end, or 1 in place of them.");
        return to;
    }

    internal static readonly Op CheckNumerics = new("CheckNumerics", "tensor:T -> output:T ; T:float message:string")
    {
        Shape = s => s[0],
        Grad = (n, g) => [CheckNumerics!.Call([g], ("message", n.Text("message")))],
        Kernel = k =>
        {
            k.Host(FiniteCheck.Kernel(k.Shape(0), k.DType(), k.Node.Text("message")), [k[0]]);
            return k[0];
        },
    };

    /// <summary>The axes along which a gradient is summed for an operand of shape a that was broadcast against b.</summary>
    static NDArray Summed(NDArray a, NDArray b, DType dtype)
    {
        int rank = Math.Max(a.Count, b.Count), missing = rank - a.Count;
        var axes = Enumerable.Range(0, rank).Where(i => i < missing || a.Number(i - missing) == 1 && (i >= rank - b.Count && b.Number(i - rank + b.Count) != 1));
        return Numbers([.. axes.Select(i => (long)i)], dtype);
    }

    internal static long[] Inverse(long[] perm)
    {
        var inverse = new long[perm.Length];
        for (var i = 0; i < perm.Length; i++) inverse[perm[i]] = i;
        return inverse;
    }

    internal static NDArray Numbers(ReadOnlySpan<long> values, DType dtype)
    {
        var result = NDArray.Zeros(Shape.Create([values.Length]), dtype);
        for (var i = 0; i < values.Length; i++) result.SetNumber(i, values[i]);
        return result;
    }

    static Op Pass(string name, Func<Node, Variable, Variable?[]>? grad, string? reason) => new(name, "input:T -> output:T")
    {
        Shape = s => s[0],
        Grad = grad,
        NoGradient = reason is null ? null : Op.Discrete,
        Kernel = k => k[0],
        Simplify = n => n[0],
        Fold = (_, v) => v[0],
    };

    static Op Like(string name, double value, string types) => new(name, $"x:T -> y:T ; T:{types}")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Pointwise = e => e.Constant(value, e.Node.Out.DType),
        Fold = (n, v) => Filled(v[0].Shape, value, n.Out.DType),
        Simplify = n => n.Out.Shape.IsKnown && n.Out.Shape.Elements == 1 ? A.Constant(Filled(n.Out.Shape, value, n.Out.DType)) : null,
    };

    static NDArray Filled(Shape shape, double value, DType dtype) => value == 0 ? NDArray.Zeros(shape, dtype) : NDArray.Full(shape, value, dtype);
}
