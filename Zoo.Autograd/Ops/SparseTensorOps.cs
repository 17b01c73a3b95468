using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Sparse tensors (places [n, rank] int64, values [n], a shape) with dense ones: each is gathering and scattering of its values.</summary>
internal static class SparseTensorOps
{
    internal static readonly Op SparseToDense = Composed.Op("SparseToDense", "sparse_indices:Tindices output_shape:Tindices sparse_values:T default_value:T -> dense:T ; validate_indices:bool=true T:type Tindices:index", s =>
    {
        s.Vector(1, -1);
        s.Rank(0, 0, 1, 2);
        s.Rank(2, 0, 1);
        s.Rank(3, 0);
        if (s[0].HasRank && s[0].Rank > 0 && s[2].HasRank && s[2].Rank > 0) s.Same(s[0][0], s[2][0], "the numbers of places and of values");
        if (s[0].HasRank && s[0].Rank == 0 && s[2].HasRank && s[2].Rank > 0) throw s.Fail("several values for one place", "Expected one.");
        if (s[0].HasRank && s[1].HasRank) s.Same(s[0].Rank == 2 ? s[0][1] : 1, s[1][0], "the numbers of axes");
        return Sizes(s, 1);
    }, (n, v) =>
    {
        var places = v[0].Shape.HasRank ? v[0].Shape.Rank : throw Open(n);
        var at = places == 2 ? v[0] : A.Reshape(v[0], [Dim.Any, 1]);
        var values = v[2].Shape.Rank == 1 ? v[2] : A.BroadcastTo(v[2], A.ShapeOf(at)[..1]);
        return A.TensorScatterUpdate(A.Fill(v[1], v[3]), at, values);
    });

    internal static readonly Op SparseTensorDenseMatMul = Composed.Op("SparseTensorDenseMatMul", "a_indices:Tindices a_values:T a_shape:int64 b:T -> product:T ; T:float32|float64|int32 Tindices:index=int64 adjoint_a:bool=false adjoint_b:bool=false", s =>
    {
        Places(s, 0, 2);
        s.Rank(3, 2);
        var (turned, other) = (s.Flag("adjoint_a"), s.Flag("adjoint_b"));
        if (s.Value(2) is not [var rows, var columns]) return Shape.Create([Dim.Any, s[3].HasRank ? s[3][other ? 0 : 1] : Dim.Any]);
        if (s[3].HasRank) s.Same(turned ? rows : columns, s[3][other ? 1 : 0], "the sizes that are summed over");
        return Shape.Create([turned ? columns : rows, s[3].HasRank ? s[3][other ? 0 : 1] : Dim.Any]);
    }, (n, v) =>
    {
        var turned = n.Flag("adjoint_a") ? 1 : 0;
        var b = n.Flag("adjoint_b") ? A.Transpose(v[3], 1, 0) : v[3];
        Variable Axis(int axis) => v[0].IndexSelect(1, axis);
        return IndexOps.UnsortedSegmentSum.Call(A.ExpandDims(v[1], 1) * A.Gather(b, Axis(1 - turned)), Axis(turned), v[2].IndexSelect(0, turned));
    });

    internal static readonly Op SparseTensorDenseAdd = Composed.Op("SparseTensorDenseAdd", "a_indices:Tindices a_values:T a_shape:Tindices b:T -> output:T ; T:number Tindices:index", s =>
    {
        Places(s, 0, s[3].HasRank ? s[3].Rank : -1);
        if (s.Value(2) is { } sizes && !Shape.Create(sizes).Accepts(s[3])) throw s.Fail($"the sparse one has the shape {Shape.Create(sizes)}", "Expected that of the dense one.");
        return s[3];
    }, (_, v) => A.TensorScatterAdd(v[3], v[0], v[1]));

    internal static readonly Op SparseDenseCwiseAdd = Elementwise("Add", (x, y) => x + y);
    internal static readonly Op SparseDenseCwiseMul = Elementwise("Mul", (x, y) => x * y);
    internal static readonly Op SparseDenseCwiseDiv = Elementwise("Div", (x, y) => x / y);

    /// <summary>The softmax of each row's values.</summary>
    internal static readonly Op SparseSoftmax = Composed.Op("SparseSoftmax", "sp_indices:int64 sp_values:T sp_shape:int64 -> output:T ; T:float32|float64|float16", s =>
    {
        Places(s, 0, -1);
        if (s[2].HasRank && s[2][0] is 0 or 1) throw s.Fail($"the tensor has {s[2][0]} axes", "Expected at least two.");
        return s[1];
    }, (n, v) =>
    {
        var sizes = v[2][..^1];
        var rows = A.Sum(v[0][.., ..^1] * A.Cumprod(sizes, 0, exclusive: true, reverse: true), -1);
        var count = A.Product(sizes);
        Variable Total(Op op, Variable x) => A.Gather(op.Call(x, rows, count), rows);
        var powers = A.Exp(v[1] - A.StopGradient(Total(SegmentOps.UnsortedSegmentMax, v[1])));
        return powers / Total(IndexOps.UnsortedSegmentSum, powers);
    });

    internal static readonly Op SparseReduceSum = Composed.Op("SparseReduceSum", "input_indices:int64 input_values:T input_shape:int64 reduction_axes:int32 -> output:T ; keep_dims:bool=false T:number", s =>
    {
        Places(s, 0, -1);
        s.Rank(3, 0, 1);
        if (!s[2].HasRank || s[2][0] < 0 || s.Known(3) is not { } axes || axes.Contains(null)) return Shape.Unknown;
        var rank = (int)s[2][0];
        var gone = axes.Select(a => s.Axis(a!.Value, rank)).ToHashSet();
        if (gone.Count < axes.Length) throw s.Fail("an axis is named twice", "Expected each axis once.");
        var sizes = s.Known(2);
        return Shape.Create([.. Enumerable.Range(0, rank).Where(i => s.Flag("keep_dims") || !gone.Contains(i)).Select(i => gone.Contains(i) ? 1 : sizes?[i] ?? Dim.Any)]);
    }, (n, v) => ReduceOps.Sum.Call([ScatterOps.ScatterNd.Call(v[0], v[1], v[2]), v[3]], ("keep_dims", n.Flag("keep_dims"))));

    internal static readonly Op SparseFillEmptyRowsGrad = Composed.Op("SparseFillEmptyRowsGrad", "reverse_index_map:int64 grad_values:T -> d_values:T d_default_value:T ; T:number", s =>
    {
        s.Rank(0, 1);
        s.Rank(1, 1);
        return new Shapes([s[0].HasRank ? s[0] : ShapeContext.OfRank(1), []]);
    }, (_, v) => A.Gather(v[1], v[0]) is var kept ? [kept, A.Sum(v[1]) - A.Sum(kept)] : []);

    /// <summary>A product of matrices, which may have many zeros.</summary>
    internal static readonly Op SparseMatMul = Composed.Op("SparseMatMul", "a:Ta b:Tb -> product:float32 ; transpose_a:bool=false transpose_b:bool=false a_is_sparse:bool=false b_is_sparse:bool=false Ta:float32|bfloat16=float32 Tb:float32|bfloat16=float32",
        s => LinearOps.MatMul.Shape(s).First(), (n, v) => A.MatMul(A.Cast(v[0], DType.Float32), A.Cast(v[1], DType.Float32), n.Flag("transpose_a"), n.Flag("transpose_b")));

    internal static readonly Op[] Segments =
    [
        Segmented("SparseSegmentSumWithNumSegments", "real", (x, ids, n) => IndexOps.UnsortedSegmentSum.Call(x, ids, n)),
        Segmented("SparseSegmentMeanWithNumSegments", "float", (x, ids, n) => IndexOps.UnsortedSegmentSum.Call(x, ids, n) / Counts(x, ids, n)),
        Segmented("SparseSegmentSqrtNWithNumSegments", "float", (x, ids, n) => IndexOps.UnsortedSegmentSum.Call(x, ids, n) * A.Rsqrt(Counts(x, ids, n))),
        Back("SparseSegmentSumGrad", (g, _) => g), Back("SparseSegmentMeanGrad", (g, count) => g / count), Back("SparseSegmentSqrtNGrad", (g, count) => g * A.Rsqrt(count)),
    ];

    static Variable Counts(Variable x, Variable ids, Variable n) => A.Maximum(IndexOps.UnsortedSegmentSum.Call(A.OnesLike(x), ids, n), 1);

    static Op Segmented(string name, string types, Func<Variable, Variable, Variable, Variable> total) =>
        Composed.Op(name, $"data:T indices:Tidx segment_ids:Tsegmentids num_segments:Tnumsegments -> output:T ; T:{types} Tidx:index=int32 Tnumsegments:index=int32 Tsegmentids:index=int32 sparse_gradient:bool=false", s =>
        {
            Pairs(s);
            if (!s[0].HasRank) return Shape.Unknown;
            return s[0].Rank > 0 ? s[0].With(0, s.Known(3) is [{ } count] ? count : Dim.Any) : throw s.Fail("the data is a single number", "Expected rows.");
        }, (_, v) => total(A.Gather(v[0], v[1]), v[2], v[3]));

    static Op Back(string name, Func<Variable, Variable, Variable> share) => Composed.Op(name, "grad:T indices:Tidx segment_ids:Tsegmentids output_dim0:int32 -> output:T ; T:float Tidx:index=int32 Tsegmentids:index=int32", s =>
    {
        Pairs(s);
        if (!s[0].HasRank) return Shape.Unknown;
        return s[0].Rank > 0 ? s[0].With(0, s.Known(3) is [{ } rows] ? rows : Dim.Any) : throw s.Fail("the gradient is a single number", "Expected rows.");
    }, (_, v) => IndexOps.UnsortedSegmentSum.Call(A.Gather(share(v[0], Counts(A.Gather(v[0], v[2]), v[2], A.SizeOf(v[0], 0))), v[2]), v[1], v[3]));

    static void Pairs(ShapeContext s)
    {
        s.Rank(1, 1);
        s.Rank(2, 1);
        s.Rank(3, 0);
        if (s[1].HasRank && s[2].HasRank) s.Same(s[1][0], s[2][0], "the numbers of indices and of segment numbers");
    }

    static Op Elementwise(string name, Func<Variable, Variable, Variable> f) => Composed.Op($"SparseDenseCwise{name}", "sp_indices:int64 sp_values:T sp_shape:int64 dense:T -> output:T ; T:number", s =>
    {
        Places(s, 0, -1);
        if (s.Value(2) is { } sizes && s[3].HasRank && !s.Broadcast(Shape.Create(sizes), s[3]).Accepts(Shape.Create(sizes))) throw s.Fail("the dense one is larger", "Expected one that can be broadcast to the sparse one's shape.");
        return s[1];
    }, (_, v) => f(v[1], A.GatherNd(A.BroadcastTo(v[3], v[2]), v[0])));

    /// <summary>Checks the three parts of a sparse tensor, the first of which is given; a rank of -1 is any.</summary>
    internal static void Places(ShapeContext s, int first, int rank)
    {
        s.Rank(first, 2);
        s.Rank(first + 1, 1);
        s.Vector(first + 2, rank);
        if (s[first].HasRank && s[first + 1].HasRank) s.Same(s[first][0], s[first + 1][0], "the numbers of places and of values");
        if (s[first].HasRank && s[first + 2].HasRank) s.Same(s[first][1], s[first + 2][0], "the numbers of axes");
    }

    internal static Shape Sizes(ShapeContext s, int input) =>
        s.Known(input) is { } dims ? dims.Any(d => d < 0) ? throw s.Fail("a size is negative", "Expected 0 or more.") : Shape.Create([.. dims.Select(d => d ?? Dim.Any)]) : s.OfLength(input);

    static GraphException Open(Node n) => new($"{n.Op.Name}: the rank of its places is not known. Expected a number, a vector or a matrix.") { Node = n.Name };
}
