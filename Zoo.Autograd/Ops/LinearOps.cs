using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Matrix products.</summary>
internal static class LinearOps
{
    internal static readonly Op MatMul = new("MatMul", "a:T b:T -> product:T ; transpose_a:bool=false transpose_b:bool=false grad_a:bool=false grad_b:bool=false T:wide")
    {
        Shape = s => Product(s, "transpose_a", "transpose_b", batched: false),
        Grad = (n, g) => (n.Flag("transpose_a"), n.Flag("transpose_b")) switch
        {
            (false, false) => [A.MatMul(g, n[1], transposeB: true), A.MatMul(n[0], g, transposeA: true)],
            (false, true) => [A.MatMul(g, n[1]), A.MatMul(g, n[0], transposeA: true)],
            (true, false) => [A.MatMul(n[1], g, transposeB: true), A.MatMul(n[0], g)],
            (true, true) => [A.MatMul(n[1], g, transposeA: true, transposeB: true), A.MatMul(g, n[0], transposeA: true, transposeB: true)],
        },
        ComplexGrad = false,
        Arithmetic = n => 2.0 * n.Out.Shape.Elements * n[0].Shape[n.Flag("transpose_a") ? 0 : 1],
        Kernel = k => Engine.Torch.Product.Of(k) ?? k.Into("mm.out",
            k.Node.Flag("transpose_a") ? k.Permute(k[0], 1, 0) : k[0],
            k.Node.Flag("transpose_b") ? k.Permute(k[1], 1, 0) : k[1]),
    };

    internal static readonly Op BatchMatMul = new("BatchMatMulV2", "x:T y:T -> output:T ; T:wide adj_x:bool=false adj_y:bool=false grad_x:bool=false grad_y:bool=false")
    {
        Shape = s => Product(s, "adj_x", "adj_y", batched: true),
        Grad = (n, g) =>
        {
            var (x, y) = (n[0], n[1]);
            var (dx, dy) = (n.Flag("adj_x"), n.Flag("adj_y")) switch
            {
                (false, false) => (A.BatchMatMul(g, y, adjY: true), A.BatchMatMul(x, g, adjX: true)),
                (false, true) => (A.BatchMatMul(g, y), A.BatchMatMul(g, x, adjX: true)),
                (true, false) => (A.BatchMatMul(y, g, adjY: true), A.BatchMatMul(x, g)),
                (true, true) => (A.BatchMatMul(y, g, adjX: true, adjY: true), A.BatchMatMul(g, x, adjX: true, adjY: true)),
            };
            return [dx.SumTo(x), dy.SumTo(y)];
        },
        Composite = n => n.Out.DType.IsComplex() && (n.Flag("adj_x") || n.Flag("adj_y")) ? [A.BatchMatMul(Adjoint(n, 0, "adj_x"), Adjoint(n, 1, "adj_y"))] : null,
        Arithmetic = n => 2.0 * n.Out.Shape.Elements * n[0].Shape[n.Flag("adj_x") ? -2 : -1],
        Kernel = k => k.Call("matmul", Adjoint(k, 0, "adj_x"), Adjoint(k, 1, "adj_y")),
    };

    /// <summary>The adjoint of complex matrices is conjugated too.</summary>
    static Variable Adjoint(Node n, int input, string flag) => !n.Flag(flag) ? n[input]
        : A.Transpose(A.Conj(n[input]), [.. Enumerable.Range(0, n[input].Shape.Rank - 2), n[input].Shape.Rank - 1, n[input].Shape.Rank - 2]);

    static Engine.Torch.Value Adjoint(Engine.Torch.Kernel k, int input, string flag)
    {
        if (!k.Node.Flag(flag)) return k[input];
        var axes = Enumerable.Range(0, k.Shape(input).Rank).ToArray();
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return k.Permute(k[input], axes);
    }

    static Shape Product(ShapeContext s, string flagA, string flagB, bool batched)
    {
        if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
        if (batched ? s[0].Rank < 2 || s[1].Rank < 2 : s[0].Rank != 2 || s[1].Rank != 2)
            throw s.Fail($"the ranks are {s[0].Rank} and {s[1].Rank}", batched ? "Expected at least 2 each." : "Expected matrices: rank 2 each.");
        var (rows, inner) = s.Flag(flagA) ? (s[0][-1], s[0][-2]) : (s[0][-2], s[0][-1]);
        var (inner2, columns) = s.Flag(flagB) ? (s[1][-1], s[1][-2]) : (s[1][-2], s[1][-1]);
        s.Same(inner, inner2, "the inner sizes");
        return batched ? s.Broadcast(s[0][..^2], s[1][..^2]).Concat(Shape.Create([rows, columns])) : Shape.Create([rows, columns]);
    }
}
