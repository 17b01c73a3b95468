using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>The lower factor of symmetric positive definite matrices: L · Lᵀ is the matrix. Only the lower triangle is read.</summary>
    public static Variable Cholesky(Variable x) => LinearAlgebraOps.Cholesky.Call(x);
    /// <summary>The inverses of matrices.</summary>
    public static Variable Inverse(Variable x) => LinearAlgebraOps.MatrixInverse.Call(x);
    /// <summary>What a matrix (transposed first where asked) times the result gives: the columns of <paramref name="right"/>.</summary>
    public static Variable Solve(Variable matrix, Variable right, bool adjoint = false) => LinearAlgebraOps.MatrixSolve.Call([matrix, right], ("adjoint", adjoint));
    /// <summary>The same for a triangular matrix, of which only that triangle is read.</summary>
    public static Variable SolveTriangular(Variable matrix, Variable right, bool lower = true, bool adjoint = false) => LinearAlgebraOps.MatrixTriangularSolve.Call([matrix, right], ("lower", lower), ("adjoint", adjoint));
    /// <summary>What comes nearest to a solution: the least sum of squares, of the result itself too with <paramref name="l2"/>.</summary>
    public static Variable LeastSquares(Variable matrix, Variable right, double l2 = 0) => LinearAlgebraOps.MatrixSolveLs.Call(matrix, right, Constant(l2, DType.Float64));
    /// <summary>The determinants of matrices.</summary>
    public static Variable Det(Variable x) => LinearAlgebraOps.MatrixDeterminant.Call(x);

    /// <summary>The sign of determinants and the logarithm of their size, exact where the determinant itself overflows.</summary>
    public static (Variable Sign, Variable LogAbs) SlogDet(Variable x) => Two(LinearAlgebraOps.LogMatrixDeterminant.Node([x]));

    /// <summary>Eigenvalues of symmetric matrices, rising, and eigenvectors as columns. Only the lower triangle is read.</summary>
    public static (Variable Values, Variable Vectors) Eigh(Variable x) => Two(LinearAlgebraOps.SelfAdjointEigV2.Node([x]));

    /// <summary>Singular values, falling, and the left and right singular vectors as columns: x = U · diag(S) · Vᵀ.</summary>
    public static (Variable S, Variable U, Variable V) Svd(Variable x, bool fullMatrices = false)
    {
        var node = LinearAlgebraOps.Svd.Node([x], ("full_matrices", fullMatrices));
        return (node.Outputs[0], node.Outputs[1], node.Outputs[2]);
    }

    /// <summary>Orthonormal columns and an upper triangle whose product is the matrix.</summary>
    public static (Variable Q, Variable R) Qr(Variable x, bool fullMatrices = false) => Two(LinearAlgebraOps.Qr.Node([x], ("full_matrices", fullMatrices)));

    /// <summary>The exponentials of matrices.</summary>
    public static Variable MatrixExp(Variable x) => LinearAlgebraOps.MatrixExponential.Call(x);

    /// <summary>
    /// The norm along an axis, or of all elements: (Σ |x|ᵖ)^(1/p) for an <paramref name="order"/> p, the largest |x| for infinity, the number of elements that are
    /// not 0 for 0.
    /// </summary>
    public static Variable Norm(Variable x, double order = 2, int? axis = null, bool keepDims = false) => order switch
    {
        2 => EuclideanNorm(x, axis, keepDims),
        1 => Sum(Abs(x), axis, keepDims),
        0 => Sum(Cast(NotEqual(x, ZerosLike(x)), x.DType), axis, keepDims),
        double.PositiveInfinity => Max(Abs(x), axis, keepDims),
        double.NegativeInfinity => Min(Abs(x), axis, keepDims),
        _ => Pow(Sum(Pow(Abs(x), order), axis, keepDims), 1 / order),
    };

    static (Variable, Variable) Two(Graph.Node node) => (node.Outputs[0], node.Outputs[1]);
}
