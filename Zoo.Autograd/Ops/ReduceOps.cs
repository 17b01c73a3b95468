using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Reductions over axes, and positions of extremes.</summary>
internal static class ReduceOps
{
    internal static readonly Op Sum = Reduce("Sum", "number", (n, g) => [A.ExpandTo(g, n), null],
        k => k.Reduce(k[0], ReduceKind.Sum, AxesOf(k.Node)) ?? Sum_(k, AxesList(k), k.Node.Flag("keep_dims")),
        (list) => list.Sum());
    internal static readonly Op Mean = Reduce("Mean", "number", (n, g) => [A.ExpandTo(g, n) / A.Cast(A.SizeOf(n[0]), n.Out.DType) * A.Cast(A.SizeOf(n.Out), n.Out.DType), null],
        k => k.Reduce(k[0], ReduceKind.Mean, AxesOf(k.Node)) ?? k.Call("mean.dim", k[0], Axes(k), k.Node.Flag("keep_dims"), Arg.Optional(k.OutDType())),
        composite: n => n.Out.DType.IsInteger() ? [WholeMean(n, n.Out.DType == DType.UInt64 ? DType.UInt64 : DType.Int64)] : null);   // the sum may be longer than the type
    internal static readonly Op Max = Reduce("Max", "real", Extreme, k => Extremes(k, "amax", double.NegativeInfinity), list => list.DefaultIfEmpty(double.NegativeInfinity).Max());
    internal static readonly Op Min = Reduce("Min", "real", Extreme, k => Extremes(k, "amin", double.PositiveInfinity), list => list.DefaultIfEmpty(double.PositiveInfinity).Min());
    internal static readonly Op Prod = Reduce("Prod", "number", OtherFactors, Product, list => list.Aggregate(1.0, (a, b) => a * b));

    static Variable WholeMean(Node n, DType wide) =>
        A.Cast(BitOps.TruncateDiv.Call(Sum.Call([A.Cast(n[0], wide), n[1]], ("keep_dims", n.Flag("keep_dims"))), A.Cast(A.SizeOf(n[0]) / A.SizeOf(n.Out), wide)), n.Out.DType);

    internal static readonly Op EuclideanNorm = new("EuclideanNorm", "input:T reduction_indices:Tidx -> output:T ; keep_dims:bool=false T:continuous Tidx:index=int32")
    {
        Shape = s => Reduced(s),
        Grad = (n, g) => [n[0] * A.ExpandTo(A.DivNoNan(A.Cast(A.Real(g), g.DType), n.Out), n), null],
        Composite = n => [A.Cast(A.Sqrt(Sum.Call([A.Square(n[0].DType.IsComplex() ? A.Abs(n[0]) : n[0]), n[1]], ("keep_dims", n.Flag("keep_dims")))), n.Out.DType)],
    };

    internal static readonly Op All_ = Logic("All", "all.dims");
    internal static readonly Op Any = Logic("Any", "any.dims");
    internal static readonly Op ArgMax = Arg_("ArgMax", "argmax");
    internal static readonly Op ArgMin = Arg_("ArgMin", "argmin");

    /// <summary>The axes that a reduction node reduces, counted from the front; null where they are not constant.</summary>
    internal static int[]? AxesOf(Node n)
    {
        if (ShapeValues.Of(n[1]) is not { } axes || !n[0].Shape.HasRank) return null;
        return [.. axes.Select(a => (int)(a < 0 ? a + n[0].Shape.Rank : a)).Distinct().Order()];
    }

    static Variable?[] Extreme(Node n, Variable g)
    {
        var hit = A.Cast(A.Equal(A.ExpandTo(n.Out, n), n[0]), g.DType);   // ties share evenly, as in TF
        var count = A.ExpandTo(Sum.Call([hit, n[1]], ("keep_dims", n.Flag("keep_dims"))), n);
        return [hit / count * A.ExpandTo(g, n), null];
    }

    /// <summary>The gradient of a product: for each element the product of the others, which is right at zeros too.</summary>
    static Variable?[] OtherFactors(Node n, Variable g)
    {
        var axes = AxesOf(n) ?? throw new GraphException("Gradients: Prod over axes that are not constant has no gradient. Give the axes as numbers.");
        var x = n[0];
        long[] order = [.. axes, .. Enumerable.Range(0, x.Shape.Rank).Except(axes)];
        var front = A.Transpose(x, order);
        long reduced = Count(front.Shape[..axes.Length]), others = Count(front.Shape[axes.Length..]);
        if (reduced < 0 && others < 0) throw new GraphException($"Gradients: Prod of {x} has unknown sizes on both sides. Expected the sizes of the reduced axes, or all others, to be known.");
        var matrix = A.Reshape(front, [reduced, others]);
        var rest = A.Cumprod(matrix, 0, exclusive: true) * A.Cumprod(matrix, 0, exclusive: true, reverse: true);
        return [A.Transpose(A.ReshapeLike(rest, front), ArrayOps.Inverse(order)) * A.ExpandTo(g, n), null];

        static long Count(Shape shape) => shape.IsKnown ? shape.Elements : Dim.Any;
    }

    /// <summary>The extreme of no elements is infinite, as in TensorFlow.</summary>
    static Values Extremes(Kernel k, string aten, double empty)
    {
        if (k.Shape(0).Elements > 0) return Signed(k, k[0], x => k.Call(aten, x, AxesList(k), k.Node.Flag("keep_dims")), ordered: true);
        return k.Numbers(new Nothing((int)k.OutShape().Elements, empty));
    }

    /// <summary>The extreme of nothing: infinite, or the type's own last number.</summary>
    sealed class Nothing(int count, double value) : INumberKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, System.Numerics.INumber<T>, System.Numerics.IMinMaxValue<T> => HostMemory.Span<T>(to[0], count).Fill(T.CreateSaturating(value));
    }

    static Arg Axes(Kernel k) => Arg.Optional(AxesList(k));

    static long[] AxesList(Kernel k)
    {
        var axes = k.ConstInts(1);
        return axes.Length > 0 ? axes : throw new GraphException($"{k.Node.Op.Name}: a reduction over no axes was not simplified away.");
    }

    static Values Product(Kernel k)
    {
        return Signed(k, k[0], x =>
        {
            foreach (var axis in AxesOf(k.Node)!.Reverse()) x = k.Call("prod.dim_int", x, axis, k.Node.Flag("keep_dims"), Arg.Optional(IsUnsigned(k.DType()) ? DType.Int64 : k.OutDType()));
            return x;
        });
    }

    internal static Value Sum_(Kernel k, long[] axes, bool keep) => Signed(k, k[0], x => k.Call("sum.dim_IntList", x, Arg.Optional(axes), keep, Arg.Optional(IsUnsigned(k.DType()) ? DType.Int64 : k.OutDType())));

    internal static bool IsUnsigned(DType dtype) => dtype is DType.UInt16 or DType.UInt32 or DType.UInt64;

    /// <summary>libtorch knows no unsigned numbers but bytes: others are int64, whose bits are right for sums and products, and whose order is for those of up to 32 bits.</summary>
    internal static Value Signed(Kernel k, Value x, Func<Value, Value> compute, bool ordered = false) => !IsUnsigned(k.DType()) ? compute(x)
        : ordered && k.DType() == DType.UInt64 ? throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for uint64. Expected a number of another type. Cast it: A.Cast(x, DType.Int64).")
        : compute(k.Cast(x, DType.Int64)) is var y && k.OutDType() == k.DType() ? k.Cast(y, k.DType()) : y;

    static Shape Reduced(ShapeContext s)
    {
        s.Rank(1, 0, 1);
        if (!s[0].HasRank) return Shape.Unknown;
        var (rank, kept) = (s[0].Rank, s.Flag("keep_dims"));
        if (s.Value(1) is not { } axes || !s.Constant(1) && axes.Contains(Dim.Any)) return kept ? ShapeContext.OfRank(rank) : Shape.Unknown;
        var gone = new bool[rank];
        foreach (var axis in axes)
        {
            var at = s.Axis(axis, rank);
            if (gone[at]) throw s.Fail($"an axis of [{string.Join(", ", axes)}] is named twice", "Expected each axis once.");
            gone[at] = true;
        }
        var dims = new long[kept ? rank : rank - axes.Length];
        for (int from = 0, to = 0; from < rank; from++)
            if (kept || !gone[from]) dims[to++] = gone[from] ? 1 : s[0][from];
        return Shape.Create(dims);
    }

    static Op Reduce(string name, string types, Func<Node, Variable, Variable?[]> grad, Func<Kernel, Values> kernel, Func<IEnumerable<double>, double>? host = null, Func<Node, Variable[]?>? composite = null) =>
        new(name, $"input:T reduction_indices:Tidx -> output:T ; keep_dims:bool=false T:{types} Tidx:index=int32")
        {
            Shape = s => Reduced(s),
            Grad = grad,
            ComplexGrad = name != "Prod",
            Kernel = kernel,
            Composite = composite,
            Simplify = n => ShapeValues.Of(n[1]) is { Length: 0 } ? n[0] : null,
            // sizes and positions; what is larger the engine computes, whole numbers without rounding
            Fold = host is null ? null : (n, v) => (n.Out.Shape.Rank == 0 || n[0].Shape.Rank == 1) && host(Enumerable.Range(0, v[0].Count).Select(v[0].Number)) is var result && (!v[0].DType.IsInteger() || Math.Abs(result) <= sbyte.MaxValue || v[0].DType is DType.Int32 or DType.Int64 && Math.Abs(result) <= int.MaxValue)
                ? NDArray.Full(n.Out.Shape, result, v[0].DType)
                : null,
        };

    static Op Logic(string name, string aten) => new(name, "input:bool reduction_indices:Tidx -> output:bool ; keep_dims:bool=false Tidx:index=int32")
    {
        Shape = s => Reduced(s),
        NoGradient = Op.Discrete,
        Kernel = k => k.Call(aten, k[0], Axes(k), k.Node.Flag("keep_dims")),
        Simplify = n => ShapeValues.Of(n[1]) is { Length: 0 } ? n[0] : null,
    };

    static Op Arg_(string name, string aten) => new(name, "input:T dimension:Tidx -> output:output_type ; T:ordered Tidx:index=int32 output_type:type=int64")
    {
        Shape = s =>
        {
            if (!s[0].HasRank) return Shape.Unknown;
            if (s.Value(1) is not [var axis] || axis == Dim.Any && !s.Constant(1)) return Shape.Create([.. Enumerable.Repeat(Dim.Any, s[0].Rank - 1)]);
            var gone = s.Axis(axis, s[0].Rank);
            if (s[0][gone] == 0) throw s.Fail($"axis {gone} is empty", "Expected at least one element to choose from.");
            return Shape.Create([.. s[0].Where((_, i) => i != gone)]);
        },
        NoGradient = Op.Discrete,
        Kernel = k =>
        {
            var x = k.DType() == DType.Bool ? k.Call("to.dtype", k[0], DType.UInt8, false, false, Arg.None) : k[0];
            // what is no number is never chosen
            if (k.DType().IsFloat()) x = k.Call("nan_to_num", x, Arg.Optional(aten == "argmax" ? double.NegativeInfinity : double.PositiveInfinity), Arg.Optional(double.PositiveInfinity), Arg.Optional(double.NegativeInfinity));
            var at = IsUnsigned(k.DType()) ? Signed(k, x, Choose, ordered: true) : Choose(x);
            Value Choose(Value from) => k.Call(aten, from, Arg.Optional(k.ConstInts(1)[0]), false);
            return k.OutDType() == DType.Int64 ? at : k.Call("to.dtype", at, k.OutDType(), false, false, Arg.None);
        },
    };
}
