using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Rows written into a copy of a tensor, axes in the order of another layout, and what else stands in the place of simpler ops.</summary>
internal static class PlaceOps
{
    internal static readonly Op InplaceUpdate = Inplace("InplaceUpdate", ScatterOps.TensorScatterUpdate, "type");
    internal static readonly Op InplaceAdd = Inplace("InplaceAdd", ScatterOps.TensorScatterAdd, "number");
    internal static readonly Op InplaceSub = Inplace("InplaceSub", ScatterOps.TensorScatterSub, "number");

    internal static readonly Op DataFormatDimMap = Layout("DataFormatDimMap", s => s[0], n =>
    {
        var (from, to) = (n.Text("src_format"), n.Text("dst_format"));
        var map = from.Select(axis => to.IndexOf(axis, StringComparison.Ordinal)).ToArray();
        return A.Gather(A.Constant(NDArray.From(map).Cast(n.Out.DType)), A.FloorMod(n[0], n[0].Weak(map.Length)));
    });

    /// <summary>Sizes, or pairs of them, in the order of another layout.</summary>
    internal static readonly Op DataFormatVecPermute = Layout("DataFormatVecPermute", s =>
    {
        s.Rank(0, 1, 2);
        if (!s[0].HasRank || s[0][0] < 0) return s[0];
        var axes = s.Text("src_format").Length;
        if (s[0][0] != axes && s[0][0] != axes - 2) throw s.Fail($"there are {s[0][0]} sizes", $"Expected {axes}, or {axes - 2} of the picture alone.");
        if (s[0].Rank == 2 && s[0][1] is not (2 or Dim.Any)) throw s.Fail($"a row has {s[0][1]} numbers", "Expected pairs.");
        return s[0];
    }, n =>
    {
        var (from, to) = (n.Text("src_format"), n.Text("dst_format"));
        if (n[0].Shape[0] == from.Length - 2) (from, to) = (Inner(from), Inner(to));
        return A.Gather(n[0], [.. to.Select(axis => from.IndexOf(axis, StringComparison.Ordinal))]);
        static string Inner(string format) => new([.. format.Where(c => c is not ('N' or 'C'))]);
    });

    /// <summary>Memory of a shape: zeros, whether that is asked for or not.</summary>
    internal static readonly Op Empty = Composed.Discrete("Empty", "shape:int32 -> output:dtype ; dtype:numeric init:bool=false", s =>
    {
        s.Vector(0, -1);
        return SparseTensorOps.Sizes(s, 0);
    }, n => [A.Fill(n[0], A.Constant(0, n.Out.DType))]);

    internal static readonly Op ParallelConcat = Composed.Op("ParallelConcat", "values:N*T -> output:T ; N:int T:type shape:shape", s =>
    {
        var each = s.Alike(0, s.Count - 1);
        if (each.HasRank && (each.Rank == 0 || each[0] is not (1 or Dim.Any))) throw s.Fail("a value has not just one row", "Expected one row each.");
        return each.HasRank ? each.With(0, s.Count).Merge(s.Attr<Shape>("shape") is var wanted && wanted.Accepts(each.With(0, s.Count)) ? wanted : throw s.Fail($"shape is {wanted}", "Expected that of the result.")) : s.Attr<Shape>("shape");
    }, (_, v) => A.Concat(v, 0));

    internal static readonly Op UnravelIndex = Composed.Discrete("UnravelIndex", "indices:Tidx dims:Tidx -> output:Tidx ; Tidx:index=int32", s =>
    {
        s.Rank(0, 0, 1);
        s.Vector(1, -1);
        var axes = s[1].HasRank ? s[1][0] : Dim.Any;
        return !s[0].HasRank ? Shape.Unknown : s[0].Rank == 0 ? [axes] : [axes, s[0][0]];
    }, n =>
    {
        var steps = A.Cumprod(n[1], 0, exclusive: true, reverse: true);
        if (n[0].Shape.Rank == 0) return [A.FloorMod(A.FloorDiv(n[0], steps), n[1])];
        return [A.FloorMod(A.FloorDiv(A.ExpandDims(n[0], 0), A.ExpandDims(steps, 1)), A.ExpandDims(n[1], 1))];
    });

    /// <summary>The largest with their windows given as inputs.</summary>
    internal static readonly Op MaxPoolV2 = new("MaxPoolV2", "input:T ksize:int32 strides:int32 -> output:T ; T:float32|float64|float16|bfloat16|int32|int64|int16|int8=float32 padding:string data_format:string=NHWC")
    {
        Shape = s =>
        {
            s.Vector(1, 4);
            s.Vector(2, 4);
            return s.Value(1) is { } size && s.Value(2) is { } stride ? PoolOps.Two.Output(s, s[0], size, stride) : ShapeContext.OfRank(4);
        },
        Grad = (n, g) => Windows(n) is { } pool ? [pool.Op.Grad!(pool, g)[0], null, null] : throw new GraphException($"Gradients: MaxPoolV2 has no gradient where its windows are computed. Expected constants.") { Node = n.Name },
        Composite = n =>
        {
            ShapeValues.Needed(n, 1);
            ShapeValues.Needed(n, 2);
            return Windows(n)!.Outputs;
        },
    };

    static Node? Windows(Node n) => ShapeValues.Constant(n[1]) is { } size && ShapeValues.Constant(n[2]) is { } stride
        ? PoolOps.MaxPool.Node([n[0]], ("ksize", size.Cast(DType.Int64).ToArray<long>()), ("strides", stride.Cast(DType.Int64).ToArray<long>()), ("padding", n.Text("padding")), ("data_format", n.Text("data_format"))) : null;

    static Op Inplace(string name, Op scatter, string types) => Composed.Op(name, $"x:T i:int32 v:T -> y:T ; T:{types}", s =>
    {
        s.Rank(1, 1);
        if (!s[0].HasRank || !s[2].HasRank) return s[0];
        if (s[0].Rank == 0 || s[2].Rank != s[0].Rank || !s[0][1..].Accepts(s[2][1..])) throw s.Fail("the rows differ", "Expected rows of one shape.");
        if (s[1].HasRank) s.Same(s[1][0], s[2][0], "the numbers of rows and of their places");
        if (s[0].Contains(0) && s[1].HasRank && s[1][0] > 0) throw s.Fail("the target is empty", "Expected a target with elements.");
        return s[0];
    }, (_, v) => scatter.Call(v[0], A.ExpandDims(v[1], -1), v[2]));

    static Op Layout(string name, Func<ShapeContext, Shape> shape, Func<Node, Variable> body) => Composed.Discrete(name, "x:T -> y:T ; T:index=int32 src_format:string=NHWC dst_format:string=NCHW", s =>
    {
        var (from, to) = (s.Text("src_format"), s.Text("dst_format"));
        if (from.Length is < 4 or > 5 || !from.Order().SequenceEqual(to.Order()) || from.Distinct().Count() != from.Length) throw s.Fail($"the layouts are {from} and {to}", "Expected the same 4 or 5 axes in another order.");
        return shape(s);
    }, n => [body(n)]);
}
