namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>
    /// The last axis of <paramref name="x"/> multiplied with the first of a matrix (Keras' Dense): [.., k] · [k, n] gives [.., n].
    /// </summary>
    public static Variable Dot(Variable x, Variable matrix)
    {
        if (!x.Shape.HasRank || x.Shape.Rank <= 2) return MatMul(x, matrix);
        var flat = MatMul(Reshape(x, [Dim.Any, x.Shape[-1]]), matrix);
        var result = x.Shape[..^1].Concat(flat.Shape[1..]);
        return result.Count(d => d < 0) <= 1 ? Reshape(flat, result) : Reshape(flat, Concat([ShapeOf(x)[..^1], Ints(flat.Shape[1])], 0));
    }

    /// <summary>
    /// The matrix product over the last two axes (Analytics Zoo's mm). The axes that are summed over may be named, each one of the last two: <c>A.MM(x, y, (2, 2))</c> multiplies x with y
    /// transposed. Further axes broadcast; an operand with fewer axes gets some in front.
    /// </summary>
    /// <param name="x">Matrices, or batches of them.</param>
    /// <param name="y">Matrices, or batches of them.</param>
    /// <param name="axes">The axis of each to sum over; by default the last of x and the last but one of y.</param>
    /// <exception cref="ShapeException">An axis is none of the last two, or sizes differ.</exception>
    public static Variable MM(Variable x, Variable y, (int X, int Y)? axes = null)
    {
        var rank = Math.Max(x.Shape.Rank, y.Shape.Rank);
        while (x.Shape.Rank < rank) x = ExpandDims(x, 0);
        while (y.Shape.Rank < rank) y = ExpandDims(y, 0);
        var (a, b) = axes is { } pair ? (x.Shape.Axis(pair.X, "MM"), y.Shape.Axis(pair.Y, "MM")) : (rank - 1, rank - 2);
        if (rank < 2 || Math.Min(a, b) < rank - 2) throw new ShapeException($"MM: axes ({a}, {b}) of {x.Shape} and {y.Shape} cannot be summed over. Expected one of the last two of each.") { Op = "MM", Actual = x.Shape };
        return BatchMatMul(x, y, adjX: a != rank - 1, adjY: b == rank - 1);
    }

    /// <summary>
    /// Keras' batch dot: for each sample the products summed over one axis of x and one of y. The remaining axes of x come first, then those of y; where
    /// both are [batch, k], the result is [batch, 1]. <paramref name="normalize"/> gives the cosine.
    /// </summary>
    /// <exception cref="ShapeException">The two axes have different sizes, or are the batch.</exception>
    public static Variable BatchDot(Variable x, Variable y, int axisX = -1, int axisY = -1, bool normalize = false)
    {
        if (normalize) (x, y) = (L2Normalize(x, axisX, 1e-14), L2Normalize(y, axisY, 1e-14));
        int a = x.Shape.Axis(axisX, "BatchDot"), b = y.Shape.Axis(axisY, "BatchDot");
        if (a == 0 || b == 0 || x.Shape[a] != y.Shape[b] && x.Shape[a] >= 0 && y.Shape[b] >= 0)
            throw new ShapeException($"BatchDot: axis {a} of {x.Shape} and axis {b} of {y.Shape} do not go together. Expected equal sizes behind the batch.") { Op = "BatchDot", Actual = x.Shape };
        Variable left = Matrix(x, a), right = Matrix(y, b);   // [batch, rest, k]
        var product = BatchMatMul(left, right, adjY: true);
        var rest = (x.Shape.Rank, y.Shape.Rank) is (2, 2) ? [1] : Without(x.Shape, a).Concat(Without(y.Shape, b));
        if (rest.Count(d => d < 0) == 0) return Reshape(product, Shape.Create([Dim.Any, .. rest]));
        return Reshape(product, Concat([ShapeOf(x)[..1], .. Sizes(x, a), .. Sizes(y, b)], 0));

        static Variable[] Sizes(Variable v, int axis) => [.. Enumerable.Range(1, v.Shape.Rank - 1).Where(i => i != axis).Select(i => ShapeOf(v)[i..(i + 1)])];

        static Shape Without(Shape shape, int axis) => Shape.Create([.. shape.Where((_, i) => i != 0 && i != axis)]);

        static Variable Matrix(Variable v, int axis)
        {
            var rank = v.Shape.Rank;
            var order = Enumerable.Range(0, rank).Where(i => i != axis).Append(axis).Select(i => (long)i).ToArray();
            var last = axis == rank - 1 ? v : Transpose(v, order);
            if (rank == 3) return last;
            return v.Shape.Count(d => d < 0) > 2 ? Reshape(last, Concat([ShapeOf(v)[..1], Ints(-1), ShapeOf(v)[axis..(axis + 1)]], 0)) : Reshape(last, Shape.Create([Dim.Any, Without(v.Shape, axis).Aggregate(1L, (n, d) => n < 0 || d < 0 ? Dim.Any : n * d), v.Shape[axis]]));
        }
    }
}
