using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static readonly string[] alignments = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"];

    static Dictionary<string, OpVariant[]> Matrices() => new()
    {
        ["MatrixBandPart"] = [V(D(3, 4), N(1), N(0)), V(D(2, 4, 3), N(-1), N(1)), V(D(4, 4), N(0), N(-1)), V(D(4, 4), Places([], 1), Places([], 2))],
        ["MatrixDiag"] = [V(D(3)), V(D(2, 3)), V(D(2, 1, 4))],
        ["MatrixDiagPart"] = [V(D(3, 3)), V(D(2, 3, 4)), V(D(2, 4, 3))],
        ["MatrixSetDiag"] = [V(D(3, 3), D(3)), V(D(2, 3, 4), D(2, 3)), V(D(2, 4, 3), D(2, 3))],
        ["MatrixDiagV2"] = [V(D(3), N(0), N(-1), N(-1), T(0)), V(D(2, 3), N(1), N(3), N(5), T(2)), V(D(2, 3, 3), I(-1, 1), N(-1), N(-1), T(1))],
        ["MatrixDiagPartV2"] = [V(D(3, 3), N(0), T(0)), V(D(2, 3, 4), N(-1), T(2)), V(D(2, 3, 4), I(-2, 1), T(1))],
        ["MatrixSetDiagV2"] = [V(D(3, 3), D(3), N(0)), V(D(2, 3, 4), D(2, 2), N(-1)), V(D(2, 3, 4), D(2, 4, 3), I(-2, 1))],
        ["MatrixDiagV3"] = [V(D(3), N(0), N(-1), N(-1), T(0)), V(D(2, 3), N(1), N(3), N(5), D()), .. alignments.Select(a => V([D(2, 3, 3), I(-1, 1), N(-1), N(-1), T(1)], ("align", a))), .. alignments.Select(a => V([D(4, 3), I(-2, 1), N(3), N(4), T(1)], ("align", a)))],
        ["MatrixDiagPartV3"] = [V(D(3, 3), N(0), T(0)), V(D(2, 3, 4), N(-1), T(2)), .. alignments.Select(a => V([D(2, 3, 4), I(-2, 1), T(1)], ("align", a)))],
        ["MatrixSetDiagV3"] = [V(D(3, 3), D(3), N(0)), V(D(2, 3, 4), D(2, 2), N(-1)), .. alignments.Select(a => V([D(2, 3, 4), D(2, 4, 3), I(-2, 1)], ("align", a)))],
        ["Diag"] = [V(D(3)), V(D(2, 3)), V(D(1))],
        ["DiagPart"] = [V(D(3, 3)), V(D(2, 3, 2, 3)), V(D(1, 1))],
        ["Cross"] = [V(D(3), D(3)), V(D(4, 3), D(4, 3)), V(D(2, 5, 3), D(2, 5, 3))],
        ["Cholesky"] = [.. definite.Select(d => V(d) with { Smooth = false })],
        ["CholeskyGrad"] = [.. definite.Select(d => V(d, D(d.Shape, -1, 1)))],
        ["MatrixInverse"] = [.. definite.Select(d => V(d)), V([Any(3, 3)], ("adjoint", true))],
        ["MatrixDeterminant"] = [.. definite.Select(d => V(d)), V(Any(3, 3))],
        ["LogMatrixDeterminant"] = [.. definite.Select(d => V(d) with { Flat = [0] }), V(Any(3, 3)) with { Flat = [0] }],
        ["MatrixExponential"] = [V(D([3, 3], -1, 1)), V(D([2, 2, 2], -1, 1)), V(D([1, 1], -1, 1))],
        ["MatrixSolve"] = [.. definite.Select(d => V(d, D(d.Shape[..^1].Concat([2]), -2, 2))), V([Any(3, 3), D(3, 4)], ("adjoint", true))],
        ["MatrixTriangularSolve"] = [.. definite.Select(d => V(d, D(d.Shape[..^1].Concat([2]), -2, 2))), V([definite[0], D(3, 4)], ("adjoint", true)), V([definite[0], D(3, 4)], ("lower", false)), V([definite[0], D(3, 1)], ("lower", false), ("adjoint", true))],
        ["MatrixSolveLs"] = [V(Any(4, 3), D(4, 2), F64(0)) with { OnlyKnown = true }, V(Any(2, 3, 3), D(2, 3, 1), F64(.5)), V(Any(3, 4), D(3, 2), F64(.1)) with { OnlyKnown = true }],
        ["SelfAdjointEigV2"] = [.. definite.Select(d => V(d) with { Private = [1], Flat = [1] }), V([definite[0]], ("compute_v", false)) with { Private = [1], Flat = [1] }],
        ["Svd"] = [V(Any(3, 3)) with { Private = [1, 2], Flat = [1, 2] }, V(Any(2, 4, 3)) with { Private = [1, 2], Flat = [1, 2] }, V(Any(3, 5)) with { Private = [1, 2], Flat = [1, 2] }, V([Any(3, 4)], ("compute_uv", false)) with { Private = [1, 2], Flat = [1, 2] }, V([Any(4, 3)], ("full_matrices", true)) with { Private = [1, 2], Flat = [0, 1, 2] }],
        ["Qr"] = [V(Any(3, 3)) with { OnlyKnown = true }, V(Any(2, 4, 3)), V([Any(4, 3)], ("full_matrices", true)) with { Private = [0], Flat = [0, 1] }, V(Any(3, 5)) with { Flat = [0, 1] }],
        ["BatchMatMul"] = Products("adj_x", "adj_y"),
        ["BatchMatMulV3"] = [.. Products("adj_x", "adj_y").Select(v => v with { Attrs = [.. v.Attrs, ("Ta", DType.Float32), ("Tb", DType.Float32), ("Tout", DType.Float32)] })],
        ["Einsum"] =
        [
            .. new[] { "ij,jk->ik", "ij,jk->ki", "ji,jk->ik" }.Select(e => V([D(3, 3), D(3, 3)], ("equation", e))),
            V([D(2, 3, 4), D(2, 4, 5)], ("equation", "bij,bjk->bik")), V([D(2, 3, 4), D(4, 5, 6)], ("equation", "abc,cde->abde")), V([D(2, 3, 4), D(3, 4)], ("equation", "abc,bc->a")),
            V([D(2, 5, 3, 4), D(2, 6, 3, 4)], ("equation", "aecd,abcd->acbe")), V([D(3, 4)], ("equation", "ij->ji")), V([D(3, 4)], ("equation", "ij->i")), V([D(3, 4)], ("equation", "ij->")),
            V([D(3), D(4)], ("equation", "i,j->ij")), V([D(3, 4), D(3, 4)], ("equation", "ij,ij->")), V([D(2, 3, 4), D(4, 5)], ("equation", "...j,jk->...k")),
            V([D(2, 1, 3, 4), D(5, 4, 2)], ("equation", "...ij,...jk->...ik")), V([D(3, 2, 4), D(4, 2)], ("equation", "i...j,j...->...i")), V([D(3, 3)], ("equation", "ii->i")), V([D(3, 3), D(3)], ("equation", "ii,i->")),
            V([D(2, 3), D(4, 5)], ("equation", "ab,cd->ac")), V([D(2, 3, 4, 5), D(5, 3)], ("equation", "...x,xy->...y")), V([D(5, 3), D(2, 3, 4, 5)], ("equation", "xy,...x->y...")),
            .. new[] { ("abc,cde->abde", D(4, 8, 32), D(32, 8, 16)), ("abde,cde->abc", D(4, 16, 4, 8), D(32, 4, 8)), ("abc,abde->cde", D(4, 8, 32), D(4, 8, 8, 16)), ("cde,abc->abde", D(32, 8, 16), D(4, 8, 32)), ("abc,cde->deab", D(4, 8, 32), D(32, 8, 16)) }
                .Select(e => V([e.Item2, e.Item3], ("equation", e.Item1)) with { OnlyKnown = true }),   // large enough for products of our own, of at most 32 terms: TensorFlow adds halves up in halves
        ],
    };

    static readonly Data[] definite = [new([3, 3]) { Definite = true }, new([2, 4, 4]) { Definite = true }, new([1, 1]) { Definite = true }, new([2, 2, 2, 2]) { Definite = true }];

    static Data Any(params ReadOnlySpan<long> dims) => D(Shape.Create(dims), -2, 2);

    static Fixed F64(double value) => new(NDArray.Scalar(value, DType.Float64));

    static OpVariant[] Products(string adjX, string adjY) =>
    [
        V(D(2, 3, 4), D(2, 4, 5)), V([D(2, 4, 3), D(2, 4, 5)], (adjX, true)), V([D(2, 3, 4), D(2, 5, 4)], (adjY, true)), V([D(3, 2, 4, 3), D(3, 2, 5, 4)], (adjX, true), (adjY, true)), V(D(3, 4), D(4, 2)),
    ];
}
