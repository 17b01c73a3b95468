using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Pushes the rows (or columns) of a matrix to stand at right angles to each other: factor times the mean |cosine| of two of them.</summary>
[KerasObject("keras.regularizers")]
public sealed class OrthogonalRegularizer(double factor = 0.01, string mode = "rows") : Regularizer
{
    /// <summary>The factor; a float32, as Keras keeps it.</summary>
    public double Factor { get; } = (float)Penalty(factor, nameof(factor));

    /// <summary><c>rows</c> or <c>columns</c>.</summary>
    public string Mode { get; } = mode is "rows" or "columns" ? mode : throw new ArgumentException($"OrthogonalRegularizer: the mode '{mode}' is not known. Expected rows or columns.");

    /// <inheritdoc/>
    public override Variable Of(Variable x)
    {
        if (!x.Shape.IsKnown || x.Shape.Rank != 2)
            throw new ShapeException($"OrthogonalRegularizer: the weight has shape {x.Shape}. Expected a matrix.") { Actual = x.Shape };
        var (axis, columns) = Mode == "rows" ? (1, false) : (0, true);
        var unit = x * A.Rsqrt(A.Maximum(A.Sum(A.Square(x), axis, keepDims: true), 1e-12));
        var size = (int)x.Shape[columns ? 1 : 0];
        var others = NDArray.Full([size, size], 1, x.DType);
        for (var i = 0; i < size; i++) others.SetNumber(i * size + i, 0);
        var products = A.MatMul(unit, unit, transposeA: columns, transposeB: !columns) * A.Constant(others);
        return A.Sum(A.Abs(products)) * (Factor * 0.5 / (size * (size - 1) / 2.0));
    }
}
