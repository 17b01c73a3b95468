using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>
    /// Sums of products by an equation of axis names, such as <c>A.Einsum("bij,bjk->bik", x, y)</c>; dots stand for axes without a name. More than two operands are
    /// multiplied one after the other.
    /// </summary>
    /// <exception cref="ShapeException">Sizes of one name differ, or the equation does not fit.</exception>
    public static Variable Einsum(string equation, params Variable[] xs)
    {
        equation = equation.Replace(" ", "", StringComparison.Ordinal);
        var sides = equation.Split("->");
        var names = sides[0].Split(',');
        var result = sides.Length > 1 ? sides[1] : (sides[0].Contains("...", StringComparison.Ordinal) ? "..." : "") + string.Concat(sides[0].Where(char.IsAsciiLetter).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order());
        if (names.Length != xs.Length) throw new ShapeException($"Einsum: '{equation}' names {names.Length} operands. Expected {xs.Length}, as many as there are.") { Op = "Einsum" };
        var (left, name) = (xs[0], names[0]);
        for (var i = 1; i < xs.Length; i++)
        {
            var later = string.Concat(names[(i + 1)..]) + result;
            var kept = i == xs.Length - 1 ? result : (name.Contains("...", StringComparison.Ordinal) || names[i].Contains("...", StringComparison.Ordinal) ? "..." : "")
                + string.Concat((name + names[i]).Where(char.IsAsciiLetter).Distinct().Where(c => later.Contains(c, StringComparison.Ordinal)));
            left = EinsumOps.Einsum.Call([left, xs[i]], Attrs.Of(("equation", $"{name},{names[i]}->{kept}"))).Out;
            name = kept;
        }
        return xs.Length > 1 || name == result ? left : EinsumOps.Einsum.Call([left], Attrs.Of(("equation", $"{name}->{result}"))).Out;
    }

    /// <summary>The elements rolled along an axis; what leaves at one end comes in at the other.</summary>
    public static Variable Roll(Variable x, int shift, int axis) => ReorderOps.Roll.Call(x, Constant(shift, DType.Int32), Constant(axis, DType.Int32));

    /// <summary>The first <paramref name="lengths"/> entries of each sequence in reverse order.</summary>
    public static Variable ReverseSequence(Variable x, Variable lengths, int sequenceAxis = 1, int batchAxis = 0) =>
        ReorderOps.ReverseSequence.Call([x, lengths], ("seq_dim", x.Shape.Axis(sequenceAxis, "ReverseSequence")), ("batch_dim", x.Shape.Axis(batchAxis, "ReverseSequence")));

    /// <summary>Matrices with only some diagonals below and above the main one kept; −1 keeps all.</summary>
    public static Variable BandPart(Variable x, int lower, int upper) => DiagonalOps.MatrixBandPart.Call(x, Constant(lower, DType.Int32), Constant(upper, DType.Int32));

    /// <summary>Matrices whose diagonal is the last axis, zeros elsewhere.</summary>
    public static Variable Diag(Variable diagonal) => DiagonalOps.MatrixDiag.Call(diagonal);

    /// <summary>The main diagonals of matrices.</summary>
    public static Variable DiagPart(Variable x) => DiagonalOps.MatrixDiagPart.Call(x);

    /// <summary>Matrices with another main diagonal.</summary>
    public static Variable SetDiag(Variable x, Variable diagonal) => DiagonalOps.MatrixSetDiag.Call(x, diagonal);

    /// <summary>The identity matrix, with as many columns as rows unless told.</summary>
    public static Variable Eye(int rows, int? columns = null, DType dtype = DType.Float32) => Cast(Equal(ExpandDims(Range(rows), 1), Range(columns ?? rows)), dtype);

    /// <summary>The vector product in space along the last axis.</summary>
    public static Variable Cross(Variable x, Variable y) => DiagonalOps.Cross.Call(x, y);

    /// <summary>Sums of the main diagonals of matrices.</summary>
    public static Variable Trace(Variable x) => Sum(DiagPart(x), -1);

    /// <summary>Blocks of a picture's places moved into its channels.</summary>
    public static Variable SpaceToDepth(Variable x, int block) => ReorderOps.SpaceToDepth.Call([x], ("block_size", block));

    /// <summary>Channels of a picture spread over blocks of places.</summary>
    public static Variable DepthToSpace(Variable x, int block) => ReorderOps.DepthToSpace.Call([x], ("block_size", block));

    /// <summary>Evenly spaced numbers from start to stop, both included.</summary>
    public static Variable LinSpace(Variable start, Variable stop, int count) => IndexOps.LinSpace.Call(start, stop, Constant(count, DType.Int32));

    /// <summary>The logarithm of the running sum of eˣ along an axis.</summary>
    public static Variable CumulativeLogSumExp(Variable x, int axis, bool exclusive = false, bool reverse = false) =>
        CumulativeOps.CumulativeLogsumexp.Call([x, Constant(axis, DType.Int32)], ("exclusive", exclusive), ("reverse", reverse));

    /// <summary>√Σ x² along an axis, or over all elements.</summary>
    public static Variable EuclideanNorm(Variable x, int? axis = null, bool keepDims = false) => Reduce(ReduceOps.EuclideanNorm, x, axis, keepDims);
}
