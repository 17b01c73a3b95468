using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Lower and upper factors of square matrices, over any leading axes.</summary>
internal static class FactorOps
{
    /// <summary>Both factors in one matrix (the lower one's diagonal is 1), and which row each of their product's rows was before.</summary>
    internal static readonly Op Lu = new("Lu", "input:T -> lu:T p:output_idx_type ; T:float32|float64 output_idx_type:index=int32")
    {
        Shape = s =>
        {
            if (!s[0].HasRank) return [Shape.Unknown, Shape.Unknown];
            if (s[0].Rank < 2) throw s.Fail($"the input has rank {s[0].Rank}", "Expected matrices: rank 2 or more.");
            s.Same(s[0][-1], s[0][-2], "rows and columns");
            return [s[0], s[0][..^1]];
        },
        Grads = (n, g) =>
        {
            if (g[0] is not { } both) return [null];
            // A = Pᵀ L U: what changes in it, seen through both factors
            var (lu, one) = (n.Outputs[0], A.OnesLike(A.DiagPart(n.Outputs[0])));
            Variable low = A.SetDiag(A.BandPart(lu, -1, 0), one), up = A.BandPart(lu, 0, -1);
            Variable toLow = A.BandPart(both, -1, 0), toUp = A.BandPart(both, 0, -1);
            toLow = A.SetDiag(toLow, A.ZerosLike(one));
            Variable below = A.BandPart(A.BatchMatMul(low, toLow, adjX: true), -1, 0), above = A.BandPart(A.BatchMatMul(toUp, up, adjY: true), 0, -1);
            var middle = A.SetDiag(below, A.ZerosLike(one)) + above;
            var left = A.SolveTriangular(low, middle, lower: true, adjoint: true);
            var inner = Turned(A.SolveTriangular(up, Turned(left), lower: false));
            var rows = A.Cast(A.Equal(A.ExpandDims(n.Outputs[1], -1), A.Cast(A.Range(A.SizeOf(lu, -1)), n.Outputs[1].DType)), both.DType);
            return [A.BatchMatMul(rows, inner, adjX: true)];
        },
        Kernel = k => k.Managed((n, x) => Factor(x[0], n.Outputs[1].DType)),
    };

    static Variable Turned(Variable x)
    {
        var order = Enumerable.Range(0, x.Shape.Rank).Select(i => (long)i).ToArray();
        (order[^1], order[^2]) = (order[^2], order[^1]);
        return A.Transpose(x, order);
    }

    static NDArray[] Factor(NDArray x, DType places)
    {
        var (n, lu, order) = ((int)x.Shape[-1], x.Clone(), NDArray.Zeros(x.Shape[..^1], places));
        for (var first = 0; first < x.Count; first += n * n)
        {
            var rows = Enumerable.Range(0, n).ToArray();
            var a = new double[n, n];
            for (var i = 0; i < n * n; i++) a[i / n, i % n] = x.Number(first + i);
            for (var c = 0; c < n; c++)
            {
                var pivot = c;
                for (var r = c + 1; r < n; r++)
                    if (Math.Abs(a[r, c]) > Math.Abs(a[pivot, c])) pivot = r;
                if (a[pivot, c] == 0) throw new EngineException($"Lu: matrix {first / (n * n)} has no inverse: a pivot is 0, which is out of range. Expected one that has.") { Op = "Lu" };
                (rows[c], rows[pivot]) = (rows[pivot], rows[c]);
                for (var j = 0; j < n; j++) (a[c, j], a[pivot, j]) = (a[pivot, j], a[c, j]);
                for (var r = c + 1; r < n; r++)
                {
                    var factor = a[r, c] /= a[c, c];
                    for (var j = c + 1; j < n; j++) a[r, j] -= factor * a[c, j];
                }
            }
            for (var i = 0; i < n * n; i++) lu.SetNumber(first + i, a[i / n, i % n]);
            for (var r = 0; r < n; r++) order.SetNumber(first / n + r, rows[r]);
        }
        return [lu, order];
    }
}
