using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>The logarithm of |Γ(x)|.</summary>
    public static Variable Lgamma(Variable x) => SpecialOps.Lgamma.Call(x);
    /// <summary>The derivative of ln Γ(x).</summary>
    public static Variable Digamma(Variable x) => SpecialOps.Digamma.Call(x);
    /// <summary>The derivative of order n of <see cref="Digamma"/>; n holds whole numbers, as floats.</summary>
    public static Variable Polygamma(Variable n, Variable x) => SpecialOps.Polygamma.Call(n, x);
    /// <summary>Hurwitz' zeta function Σ (q + k)⁻ˣ.</summary>
    public static Variable Zeta(Variable x, Variable q) => SpecialOps.Zeta.Call(x, q);
    /// <summary>The inverse of the error function, for −1 to 1.</summary>
    public static Variable Erfinv(Variable x) => SpecialOps.Erfinv.Call(x);
    /// <summary>The quantile of the standard normal distribution, for 0 to 1.</summary>
    public static Variable Ndtri(Variable x) => SpecialOps.Ndtri.Call(x);
    /// <summary>The regularized lower incomplete gamma function.</summary>
    public static Variable Igamma(Variable a, Variable x) => SpecialOps.Igamma.Call(a, x);
    /// <summary>The regularized upper incomplete gamma function.</summary>
    public static Variable Igammac(Variable a, Variable x) => SpecialOps.Igammac.Call(a, x);
    /// <summary>The regularized incomplete beta function. Differentiable in x only.</summary>
    public static Variable Betainc(Variable a, Variable b, Variable x) => SpecialOps.Betainc.Call(a, b, x);
    /// <summary>The modified Bessel function of the first kind of order 0.</summary>
    public static Variable BesselI0(Variable x) => SpecialOps.BesselI0.Call(x);
    /// <summary>The modified Bessel function of the first kind of order 1.</summary>
    public static Variable BesselI1(Variable x) => SpecialOps.BesselI1.Call(x);
    /// <summary>The Bessel function of the first kind of order 0.</summary>
    public static Variable BesselJ0(Variable x) => SpecialOps.BesselJ0.Call(x);
    /// <summary>The Bessel function of the first kind of order 1.</summary>
    public static Variable BesselJ1(Variable x) => SpecialOps.BesselJ1.Call(x);
    /// <summary>Dawson's integral.</summary>
    public static Variable Dawsn(Variable x) => SpecialOps.Dawsn.Call(x);
    /// <summary>The exponential integral Ei.</summary>
    public static Variable Expint(Variable x) => SpecialOps.Expint.Call(x);
    /// <summary>Spence's function, the dilogarithm of 1 − x.</summary>
    public static Variable Spence(Variable x) => SpecialOps.Spence.Call(x);
    /// <summary>Bits that both integers have.</summary>
    public static Variable BitwiseAnd(Variable x, Variable y) => BitOps.BitwiseAnd.Call(x, y);
    /// <summary>Bits that either integer has.</summary>
    public static Variable BitwiseOr(Variable x, Variable y) => BitOps.BitwiseOr.Call(x, y);
    /// <summary>Bits that one of the integers has.</summary>
    public static Variable BitwiseXor(Variable x, Variable y) => BitOps.BitwiseXor.Call(x, y);
    /// <summary>All bits of integers turned round.</summary>
    public static Variable BitwiseInvert(Variable x) => BitOps.Invert.Call(x);
    /// <summary>Bits moved up.</summary>
    public static Variable LeftShift(Variable x, Variable by) => BitOps.LeftShift.Call(x, by);
    /// <summary>Bits moved down; the sign stays.</summary>
    public static Variable RightShift(Variable x, Variable by) => BitOps.RightShift.Call(x, by);
}
