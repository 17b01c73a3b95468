using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Factors, inverses, determinants and solutions of matrices over any leading axes.</summary>
internal static class LinearAlgebraOps
{
    const string Types = "float32|float64";

    internal static readonly Op Cholesky = new("Cholesky", $"input:T -> output:T ; T:{Types}")
    {
        Shape = s => Square(s, 0),
        Grad = (n, g) => [FromFactor(n.Out, g)],
        Kernel = k => k.Call("linalg_cholesky", k[0], false),
    };

    internal static readonly Op CholeskyGrad = new("CholeskyGrad", $"l:T grad:T -> output:T ; T:{Types}")
    {
        Shape = s =>
        {
            Square(s, 0);
            return s.Alike(0, 1);
        },
        NoGradient = "it is a gradient that has none of its own; Cholesky's gradient has one",
        Composite = n => [FromFactor(n[0], n[1])],
    };

    internal static readonly Op MatrixInverse = new("MatrixInverse", $"input:T -> output:T ; adjoint:bool=false T:{Types}")
    {
        Shape = s => Square(s, 0),
        Grad = (n, g) =>
        {
            var adjoint = n.Flag("adjoint");
            return [-A.BatchMatMul(n.Out, A.BatchMatMul(g, n.Out, adjX: adjoint, adjY: !adjoint), adjX: !adjoint)];
        },
        Kernel = k => k.Call("linalg_inv", Turned(k, 0, k.Node.Flag("adjoint"))),
    };

    internal static readonly Op MatrixSolve = new("MatrixSolve", $"matrix:T rhs:T -> output:T ; adjoint:bool=false T:{Types}")
    {
        Shape = s => Solution(s),
        Grad = (n, g) =>
        {
            var adjoint = n.Flag("adjoint");
            var right = MatrixSolve!.Call([n[0], g], ("adjoint", !adjoint));
            return [-(adjoint ? A.BatchMatMul(n.Out, right, adjY: true) : A.BatchMatMul(right, n.Out, adjY: true)), right];
        },
        Kernel = k => k.Call("linalg_solve", Turned(k, 0, k.Node.Flag("adjoint")), k[1], true),
    };

    internal static readonly Op MatrixTriangularSolve = new("MatrixTriangularSolve", $"matrix:T rhs:T -> output:T ; lower:bool=true adjoint:bool=false T:{Types}")
    {
        Shape = s => Solution(s),
        Grad = (n, g) =>
        {
            var (lower, adjoint) = (n.Flag("lower"), n.Flag("adjoint"));
            var right = MatrixTriangularSolve!.Call([n[0], g], ("lower", lower), ("adjoint", !adjoint));
            var left = -(adjoint ? A.BatchMatMul(n.Out, right, adjY: true) : A.BatchMatMul(right, n.Out, adjY: true));
            return [A.BandPart(left, lower ? -1 : 0, lower ? 0 : -1).SumTo(n[0]), right.SumTo(n[1])];
        },
        Kernel = k =>
        {
            var (lower, adjoint) = (k.Node.Flag("lower"), k.Node.Flag("adjoint"));
            return k.Call("linalg_solve_triangular", Turned(k, 0, adjoint), k[1], lower == adjoint, true, false);
        },
    };

    internal static readonly Op MatrixSolveLs = new("MatrixSolveLs", $"matrix:T rhs:T l2_regularizer:float64 -> output:T ; T:{Types} fast:bool=true")
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
            Matrices(s, 0);
            Matrices(s, 1);
            s.Same(s[0][-2], s[1][-2], "the numbers of rows");
            if (s[0].Rank != s[1].Rank || !s[0][..^2].Accepts(s[1][..^2])) throw s.Fail("the leading axes differ", "Expected equal ones.");
            return s[0][..^2].Merge(s[1][..^2]).Concat([s[0][-1], s[1][-1]]);
        },
        Grad = (n, g) => [.. Gradients.Of([LeastSquares(n)], [n[0], n[1]], [g]), null],
        Composite = n => [LeastSquares(n)],
    };

    internal static readonly Op MatrixDeterminant = new("MatrixDeterminant", $"input:T -> output:T ; T:{Types}")
    {
        Shape = s => Square(s, 0) is { HasRank: true } shape ? shape[..^2] : Shape.Unknown,
        Grad = (n, g) => [Wide(g * n.Out) * MatrixInverse.Call([n[0]], ("adjoint", true))],
        Kernel = k => k.Call("linalg_det", k[0]),
    };

    internal static readonly Op LogMatrixDeterminant = new("LogMatrixDeterminant", $"input:T -> sign:T log_abs_determinant:T ; T:{Types}")
    {
        Shape = s => Square(s, 0) is { HasRank: true } shape ? [shape[..^2], shape[..^2]] : [Shape.Unknown, Shape.Unknown],
        Grads = (n, g) => [g[1] is { } log ? Wide(log) * MatrixInverse.Call([n[0]], ("adjoint", true)) : null],
        Kernel = k => k.CallMany("linalg_slogdet", 2, k[0]),
    };

    internal static readonly Op SelfAdjointEigV2 = new("SelfAdjointEigV2", $"input:T -> e:T v:T ; compute_v:bool=true T:{Types}")
    {
        Shape = s => Square(s, 0) is { HasRank: true } shape ? [shape[..^1], s.Flag("compute_v") ? shape : Shape.Create([0])] : [Shape.Unknown, Shape.Unknown],
        Grads = (n, g) =>
        {
            var (e, v) = n.Flag("compute_v") ? (n.Outputs[0], n.Outputs[1]) : A.Eigh(n[0]);
            Variable? inner = g[0] is { } values ? A.Diag(values) : null;
            if (g[1] is { } vectors && n.Flag("compute_v"))
            {
                var apart = A.ExpandDims(e, -2) - A.ExpandDims(e, -1);
                var turned = A.BatchMatMul(v, vectors, adjX: true) * A.DivNoNan(A.OnesLike(apart), apart);
                inner = inner is null ? turned : inner + turned;
            }
            if (inner is null) return [null];
            // the op reads the lower triangle only
            var whole = A.BatchMatMul(v, A.BatchMatMul(inner, v, adjY: true));
            var lower = A.BandPart(whole + Transposed(whole), -1, 0);
            return [A.SetDiag(lower, A.DiagPart(lower) * 0.5)];
        },
        Kernel = k =>
        {
            if (!k.Node.Flag("compute_v")) return new Value?[] { k.Call("linalg_eigvalsh", k[0], "L"), k.Empty(Shape.Create([0]), k.DType()) };
            return k.CallMany("linalg_eigh", 2, k[0], "L");
        },
    };

    internal static readonly Op Svd = new("Svd", $"input:T -> s:T u:T v:T ; compute_uv:bool=true full_matrices:bool=false T:{Types}")
    {
        Shape = s =>
        {
            if (!Matrices(s, 0).HasRank) return [Shape.Unknown, Shape.Unknown, Shape.Unknown];
            long m = s[0][-2], n = s[0][-1], p = m < 0 || n < 0 ? Dim.Any : Math.Min(m, n);
            var batch = s[0][..^2];
            if (!s.Flag("compute_uv")) return [batch.Concat([p]), Shape.Create([0]), Shape.Create([0])];
            return s.Flag("full_matrices") ? [batch.Concat([p]), batch.Concat([m, m]), batch.Concat([n, n])] : [batch.Concat([p]), batch.Concat([m, p]), batch.Concat([n, p])];
        },
        Grads = SvdBack,
        Kernel = k =>
        {
            if (!k.Node.Flag("compute_uv")) return new Value?[] { k.Call("linalg_svdvals", k[0], Arg.None), k.Empty(Shape.Create([0]), k.DType()), k.Empty(Shape.Create([0]), k.DType()) };
            var found = k.CallMany("linalg_svd", 3, k[0], k.Node.Flag("full_matrices"), Arg.None);
            return new Value?[] { found[1], found[0], Turned(k, found[2], k.Shape(0).Rank) };
        },
    };

    internal static readonly Op Qr = new("Qr", $"input:T -> q:T r:T ; full_matrices:bool=false T:{Types}")
    {
        Shape = s =>
        {
            if (!Matrices(s, 0).HasRank) return [Shape.Unknown, Shape.Unknown];
            long m = s[0][-2], n = s[0][-1], p = m < 0 || n < 0 ? Dim.Any : Math.Min(m, n);
            var batch = s[0][..^2];
            return s.Flag("full_matrices") ? [batch.Concat([m, m]), s[0]] : [batch.Concat([m, p]), batch.Concat([p, n])];
        },
        Grads = (n, g) =>
        {
            if (n[0].Shape[-2] < n[0].Shape[-1] || n[0].Shape[-1] < 0 || n[0].Shape[-2] < 0 || n.Flag("full_matrices") && n[0].Shape[-2] != n[0].Shape[-1])
                throw new GraphException($"Gradients: Qr of {n[0].Shape} has no gradient. Expected at least as many rows as columns, known, and full_matrices false.") { Node = n.Name };
            var (q, r) = (n.Outputs[0], n.Outputs[1]);
            Variable left = g[0] ?? A.ZerosLike(q), upper = g[1] ?? A.ZerosLike(r);
            var m = A.BatchMatMul(r, upper, adjY: true) - A.BatchMatMul(left, q, adjX: true);
            var low = A.BandPart(m, -1, 0);
            var symmetric = low + Transposed(A.SetDiag(low, A.ZerosLike(A.DiagPart(low))));
            var whole = left + A.BatchMatMul(q, symmetric);
            return [Transposed(MatrixTriangularSolve.Call([r, Transposed(whole)], ("lower", false), ("adjoint", false)))];
        },
        Kernel = k => k.CallMany("linalg_qr", 2, k[0], k.Node.Flag("full_matrices") ? "complete" : "reduced"),
    };

    internal static readonly Op MatrixExponential = new("MatrixExponential", $"input:T -> output:T ; T:{Types}")
    {
        Shape = s => Square(s, 0),
        Grad = (n, g) =>
        {
            // the upper right block of the exponential of [[Aᵀ, g], [0, Aᵀ]]
            var turned = Transposed(n[0]);
            var size = (int)n[0].Shape[-1];
            var block = A.Concat([A.Concat([turned, g], -1), A.Concat([A.ZerosLike(turned), turned], -1)], -2);
            return [ReorderOps.Part(ReorderOps.Part(MatrixExponential!.Call(block), turned.Shape.Rank - 2, 0, size), turned.Shape.Rank - 1, size, 2 * size)];
        },
        Kernel = k => k.Call("linalg_matrix_exp", k[0]),
        Portable = n =>
        {
            // TensorFlow has no op any more: e^(A/64) as a series, squared six times; good for norms up to some 64
            Variable small = n[0] / 64.0, one = A.SetDiag(A.ZerosLike(n[0]), A.OnesLike(A.DiagPart(n[0]))), sum = one;
            for (var term = 16; term > 0; term--) sum = one + A.BatchMatMul(small, sum) / (double)term;
            for (var i = 0; i < 6; i++) sum = A.BatchMatMul(sum, sum);
            return [sum];
        },
    };

    static Variable?[] SvdBack(Node n, Variable?[] g)
    {
        if (!n.Flag("compute_uv"))
        {
            var parts = Svd!.Call([n[0]], Attrs.Of(("compute_uv", true))).Outputs;
            return [g[0] is { } only ? A.BatchMatMul(parts[1] * A.ExpandDims(only, -2), parts[2], adjY: true) : null];
        }
        if (n.Flag("full_matrices")) throw new GraphException("Gradients: Svd with full_matrices has no gradient. Ask for the reduced form.") { Node = n.Name };
        var (s, u, v) = (n.Outputs[0], n.Outputs[1], n.Outputs[2]);
        var middle = A.Diag(g[0] ?? A.ZerosLike(s));
        var squares = A.Square(s);
        var apart = A.ExpandDims(squares, -2) - A.ExpandDims(squares, -1);
        var f = A.DivNoNan(A.OnesLike(apart), apart);
        Variable across = A.ExpandDims(s, -2), down = A.ExpandDims(s, -1);
        Variable? beyond = null;
        if (g[1] is { } gu)
        {
            var turned = f * A.BatchMatMul(u, gu, adjX: true);
            middle += (turned + Transposed(turned)) * across;
            var rest = gu / across;
            beyond = A.BatchMatMul(rest - A.BatchMatMul(u, A.BatchMatMul(u, rest, adjX: true)), v, adjY: true);
        }
        if (g[2] is { } gv)
        {
            var turned = f * A.BatchMatMul(v, gv, adjX: true);
            middle += down * (turned + Transposed(turned));
            var rest = gv / across;
            var part = A.BatchMatMul(u, rest - A.BatchMatMul(v, A.BatchMatMul(v, rest, adjX: true)), adjY: true);
            beyond = beyond is null ? part : beyond + part;
        }
        var inside = A.BatchMatMul(u, A.BatchMatMul(middle, v, adjY: true));
        return [beyond is null ? inside : inside + beyond];
    }

    /// <summary>The gradient of A from that of its lower factor (Murray 2016, in blocks of one).</summary>
    static Variable FromFactor(Variable l, Variable g)
    {
        (l, g) = (A.BandPart(l, -1, 0), A.BandPart(g, -1, 0));
        var middle = A.BandPart(A.BatchMatMul(l, g, adjX: true), -1, 0);
        middle = A.SetDiag(middle, A.DiagPart(middle) * 0.5);
        var inverse = MatrixTriangularSolve.Call([l, A.SetDiag(A.ZerosLike(l), A.OnesLike(A.DiagPart(l)))], ("lower", true));
        var whole = A.BatchMatMul(A.BatchMatMul(inverse, middle, adjX: true), inverse);
        return (whole + Transposed(whole)) * 0.5;
    }

    static Variable LeastSquares(Node n)
    {
        var (x, y) = (n[0], n[1]);
        if (x.Shape[-2] < 0 || x.Shape[-1] < 0) throw new GraphException($"MatrixSolveLs: the sizes of {x} are not known. Expected numbers of rows and columns to differentiate for.") { Node = n.Name };
        var over = x.Shape[-2] >= x.Shape[-1];
        var gram = over ? A.BatchMatMul(x, x, adjX: true) : A.BatchMatMul(x, x, adjY: true);
        gram = A.SetDiag(gram, A.DiagPart(gram) + A.Cast(n[2], x.DType));
        return over ? MatrixSolve.Call(gram, A.BatchMatMul(x, y, adjX: true)) : A.BatchMatMul(x, MatrixSolve.Call(gram, y), adjX: true);
    }

    static Variable Wide(Variable perMatrix) => A.ExpandDims(A.ExpandDims(perMatrix, -1), -1);

    static Variable Transposed(Variable x)
    {
        var order = Enumerable.Range(0, x.Shape.Rank).Select(i => (long)i).ToArray();
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return A.Transpose(x, order);
    }

    static Value Turned(Kernel k, int input, bool turn) => turn ? Turned(k, k[input], k.Shape(input).Rank) : k[input];

    static Value Turned(Kernel k, Value x, int rank)
    {
        var axes = Enumerable.Range(0, rank).ToArray();
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return k.Permute(x, axes);
    }

    static Shape Matrices(ShapeContext s, int input) => !s[input].HasRank || s[input].Rank >= 2 ? s[input] : throw s.Fail($"the input has rank {s[input].Rank}", "Expected matrices: rank 2 or more.");

    static Shape Square(ShapeContext s, int input)
    {
        var shape = Matrices(s, input);
        if (shape.HasRank) s.Same(shape[-1], shape[-2], "rows and columns");
        return shape;
    }

    static Shape Solution(ShapeContext s)
    {
        Square(s, 0);
        Matrices(s, 1);
        if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
        s.Same(s[0][-1], s[1][-2], "the numbers of rows");
        if (s[0].Rank != s[1].Rank || !s[0][..^2].Accepts(s[1][..^2])) throw s.Fail("the leading axes differ", "Expected equal ones.");
        return s[1];
    }
}
