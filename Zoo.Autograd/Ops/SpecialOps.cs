using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Special functions, element by element: libtorch's kernels, or our own where it has none.</summary>
internal static class SpecialOps
{
    const string Plain = "float32|float64";

    internal static readonly Op Lgamma = Aten("Lgamma", "lgamma", (n, g) => g * Digamma!.Call(n[0]), "float");
    internal static readonly Op Digamma = Aten("Digamma", "digamma", (n, g) => g * Polygamma!.Call(A.OnesLike(n[0]), n[0]), "float");
    internal static readonly Op Erfinv = Aten("Erfinv", "erfinv", (n, g) => g * A.Exp(A.Square(n.Out)) * (Math.Sqrt(Math.PI) / 2), "float");
    internal static readonly Op Ndtri = Aten("Ndtri", "special_ndtri", (n, g) => g * A.Exp(A.Square(n.Out) * 0.5) * Math.Sqrt(2 * Math.PI), Plain);

    internal static readonly Op Zeta = Binary("Zeta", "x:T q:T", k => k.Call("special_zeta", k[0], k[1]), (n, g) => [null, (-g * n[0] * Zeta!.Call(n[0] + 1, n[1])).SumTo(n[1])]);

    internal static readonly Op Polygamma = new("Polygamma", $"a:T x:T -> z:T ; T:{Plain}")
    {
        Shape = s => s.Broadcast(),
        Grad = (n, g) => [null, (g * Polygamma!.Call(n[0] + 1, n[1])).SumTo(n[1])],
        Composite = n =>
        {
            var (a, x) = (n[0], n[1]);
            var sign = 1 - 2 * A.FloorMod(a + 1, A.Constant(2, a.DType));
            return [A.Where(A.Equal(a, A.ZerosLike(a)), Digamma.Call(x), sign * A.Exp(Lgamma.Call(a + 1)) * Zeta.Call(a + 1, x))];
        },
    };

    internal static readonly Op Igamma = Binary("Igamma", "a:T x:T", k => k.Call("special_gammainc", k[0], k[1]), (n, g) => Incomplete(n, g, 1));
    internal static readonly Op Igammac = Binary("Igammac", "a:T x:T", k => k.Call("special_gammaincc", k[0], k[1]), (n, g) => Incomplete(n, g, -1));
    internal static readonly Op IgammaGradA = Binary("IgammaGradA", "a:T x:T", k => k.Map(SpecialFunctions.IgammaGradA), null, "it is a gradient that has none of its own");
    internal static readonly Op RandomGammaGrad = Binary("RandomGammaGrad", "alpha:T sample:T", k => k.Map(SpecialFunctions.RandomGammaGrad), null, "it is a gradient that has none of its own", "output");

    internal static readonly Op Betainc = new("Betainc", $"a:T b:T x:T -> z:T ; T:{Plain}")
    {
        Shape = s =>
        {
            var shape = Shape.Scalar;
            for (var i = 0; i < 3; i++)
            {
                if (s[i].HasRank && s[i].Rank == 0) continue;
                shape = shape.HasRank && shape.Rank == 0 ? s[i] : shape.Accepts(s[i]) ? shape.Merge(s[i]) : throw s.Fail("the shapes differ", "Expected equal shapes, or single numbers.");
            }
            return shape;
        },
        Grad = (n, g) =>
        {
            var (a, b, x) = (n[0], n[1], n[2]);
            var log = (b - 1) * A.Log1p(-x) + A.Xlogy(a - 1, x) - (Lgamma.Call(a) + Lgamma.Call(b) - Lgamma.Call(a + b));
            return [null, null, (g * A.Exp(log)).SumTo(x)];   // for a and b TensorFlow has none either
        },
        Kernel = k => k.Map(SpecialFunctions.Betainc),
    };

    internal static readonly Op BesselI0 = Aten("BesselI0", "special_i0", (n, g) => g * BesselI1!.Call(n[0]), Plain);
    internal static readonly Op BesselI0e = Aten("BesselI0e", "special_i0e", (n, g) => g * (BesselI1e!.Call(n[0]) - A.Sign(n[0]) * n.Out), Plain);
    internal static readonly Op BesselI1 = Aten("BesselI1", "special_i1", (n, g) => g * (BesselI0.Call(n[0]) - Over(n, 0.5)), Plain);
    internal static readonly Op BesselI1e = Aten("BesselI1e", "special_i1e", (n, g) => g * (BesselI0e.Call(n[0]) - n.Out * A.Sign(n[0]) - Over(n, 0.5)), Plain);
    internal static readonly Op BesselJ0 = Own("BesselJ0", x => Bessel.J(0, x), (n, g) => -g * BesselJ1!.Call(n[0]));
    internal static readonly Op BesselJ1 = Own("BesselJ1", x => Bessel.J(1, x), (n, g) => g * (BesselJ0.Call(n[0]) - Over(n, 0.5)));
    internal static readonly Op BesselK0 = Aten("BesselK0", "special_modified_bessel_k0", (n, g) => -g * BesselK1!.Call(n[0]), Plain);
    internal static readonly Op BesselK0e = Aten("BesselK0e", "special_scaled_modified_bessel_k0", (n, g) => g * (n.Out - BesselK1e!.Call(n[0])), Plain);
    internal static readonly Op BesselK1 = Aten("BesselK1", "special_modified_bessel_k1", (n, g) => g * (-BesselK0.Call(n[0]) - n.Out / n[0]), Plain);
    internal static readonly Op BesselK1e = Aten("BesselK1e", "special_scaled_modified_bessel_k1", (n, g) => g * (n.Out * (1 - A.Reciprocal(n[0])) - BesselK0e.Call(n[0])), Plain);
    internal static readonly Op BesselY0 = Own("BesselY0", x => Bessel.Y(0, x), (n, g) => -g * BesselY1!.Call(n[0]));
    internal static readonly Op BesselY1 = Own("BesselY1", x => Bessel.Y(1, x), (n, g) => g * (BesselY0.Call(n[0]) - n.Out / n[0]));

    internal static readonly Op Dawsn = Own("Dawsn", SpecialFunctions.Dawsn, (n, g) => g * (1 - 2 * n[0] * n.Out));
    internal static readonly Op Expint = Own("Expint", SpecialFunctions.Expint, (n, g) => g * A.Exp(n[0]) / n[0]);
    internal static readonly Op FresnelCos = Own("FresnelCos", SpecialFunctions.FresnelCos, (n, g) => g * A.Cos(A.Square(n[0]) * (Math.PI / 2)));
    internal static readonly Op FresnelSin = Own("FresnelSin", SpecialFunctions.FresnelSin, (n, g) => g * A.Sin(A.Square(n[0]) * (Math.PI / 2)));
    internal static readonly Op Spence = Own("Spence", SpecialFunctions.Spence, (n, g) =>
    {
        var one = A.Equal(n[0], A.OnesLike(n[0]));
        return g * A.Where(one, -A.OnesLike(n[0]), A.Log(n[0]) / A.Where(one, A.OnesLike(n[0]), 1 - n[0]));
    });

    internal static readonly Op NextAfter = new("NextAfter", "x1:T x2:T -> output:T ; T:float32|float64=float32")
    {
        Shape = s => s.Broadcast(),
        Grad = (n, g) => [g.SumTo(n[0]), A.ZerosLike(n[1])],
        Kernel = k => k.Call("nextafter", k[0], k[1]),
    };

    static Op Aten(string name, string aten, Func<Node, Variable, Variable> grad, string types) => new(name, $"x:T -> y:T ; T:{types}")
    {
        Shape = s => s[0],
        Grad = (n, g) => [grad(n, g)],
        Kernel = k => k.Call(aten, k[0]),
    };

    static Op Own(string name, Func<double, double> function, Func<Node, Variable, Variable> grad) => new(name, "x:T -> y:T ; T:float")
    {
        Shape = s => s[0],
        Grad = (n, g) => [grad(n, g)],
        Kernel = k => k.Map((x, _, _) => function(x)),
    };

    static Op Binary(string name, string inputs, Func<Kernel, Values> kernel, Func<Node, Variable, Variable?[]>? grad, string? reason = null, string output = "z") => new(name, $"{inputs} -> {output}:T ; T:{Plain}")
    {
        Shape = s => s.Broadcast(),
        Grad = grad,
        NoGradient = reason,
        Kernel = kernel,
    };

    /// <summary>y / x, and its limit at 0.</summary>
    static Variable Over(Node n, double limit)
    {
        var zero = A.Equal(n[0], A.ZerosLike(n[0]));
        return A.Where(zero, A.ZerosLike(n[0]) + limit, n.Out / A.Where(zero, A.OnesLike(n[0]), n[0]));
    }

    static Variable?[] Incomplete(Node n, Variable g, double sign)
    {
        var (a, x) = (n[0], n[1]);
        var density = A.Exp(-x + A.Xlogy(a - 1, x) - Lgamma.Call(a));
        return [(g * IgammaGradA!.Call(a, x) * sign).SumTo(a), (g * density * sign).SumTo(x)];
    }
}
