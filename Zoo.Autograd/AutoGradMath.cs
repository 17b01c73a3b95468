using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>x + y.</summary>
    public static Variable Add(Variable x, Variable y) => MathOps.Add.Call(x, y);
    /// <summary>x − y.</summary>
    public static Variable Subtract(Variable x, Variable y) => MathOps.Sub.Call(x, y);
    /// <summary>x · y, element by element.</summary>
    public static Variable Multiply(Variable x, Variable y) => MathOps.Mul.Call(x, y);
    /// <summary>x / y; of integers only through <see cref="FloorDiv"/> or a cast.</summary>
    public static Variable Divide(Variable x, Variable y) => MathOps.RealDiv.Call(x, y);
    /// <summary>x / y, 0 where y is 0.</summary>
    public static Variable DivNoNan(Variable x, Variable y) => MathOps.DivNoNan.Call(x, y);
    /// <summary>x / y rounded down.</summary>
    public static Variable FloorDiv(Variable x, Variable y) => MathOps.FloorDiv.Call(x, y);
    /// <summary>The remainder that has the sign of y.</summary>
    public static Variable FloorMod(Variable x, Variable y) => MathOps.FloorMod.Call(x, y);
    /// <summary>The larger of both; a tie's gradient goes to x.</summary>
    public static Variable Maximum(Variable x, Variable y) => MathOps.Maximum.Call(x, y);
    /// <summary>The larger of each element and a number.</summary>
    public static Variable Maximum(Variable x, double y) => MathOps.Maximum.Call(x, x.Weak(y));
    /// <summary>The smaller of both; a tie's gradient goes to x.</summary>
    public static Variable Minimum(Variable x, Variable y) => MathOps.Minimum.Call(x, y);
    /// <summary>The smaller of each element and a number.</summary>
    public static Variable Minimum(Variable x, double y) => MathOps.Minimum.Call(x, x.Weak(y));
    /// <summary>x to the power y.</summary>
    public static Variable Pow(Variable x, Variable y) => MathOps.Pow.Call(x, y);
    /// <summary>x to the power of a number.</summary>
    public static Variable Pow(Variable x, double y) => MathOps.Pow.Call(x, x.Weak(y));
    /// <summary>(x − y)².</summary>
    public static Variable SquaredDifference(Variable x, Variable y) => MathOps.SquaredDifference.Call(x, y);
    /// <summary>The angle of the point (y, x).</summary>
    public static Variable Atan2(Variable y, Variable x) => MathOps.Atan2.Call(y, x);
    /// <summary>x / y, 0 where x is 0.</summary>
    public static Variable Xdivy(Variable x, Variable y) => MathOps.Xdivy.Call(x, y);
    /// <summary>x · log y, 0 where x is 0.</summary>
    public static Variable Xlogy(Variable x, Variable y) => MathOps.Xlogy.Call(x, y);
    /// <summary>The sum of Variables of one shape.</summary>
    public static Variable AddN(params Variable[] xs) => MathOps.AddN.Call(xs, Graph.Attrs.None).Out;
    /// <summary>−x.</summary>
    public static Variable Negative(Variable x) => MathOps.Neg.Call(x);
    /// <summary>|x|; of complex numbers a real one.</summary>
    public static Variable Abs(Variable x) => x.DType.IsComplex() ? ComplexOps.Abs.Call([x], ("Tout", ComplexOps.RealOf(x.DType))) : MathOps.Abs.Call(x);
    /// <summary>−1, 0 or 1.</summary>
    public static Variable Sign(Variable x) => MathOps.Sign.Call(x);
    /// <summary>x².</summary>
    public static Variable Square(Variable x) => MathOps.Square.Call(x);
    /// <summary>The square root.</summary>
    public static Variable Sqrt(Variable x) => MathOps.Sqrt.Call(x);
    /// <summary>1 / √x.</summary>
    public static Variable Rsqrt(Variable x) => MathOps.Rsqrt.Call(x);
    /// <summary>1 / x.</summary>
    public static Variable Reciprocal(Variable x) => MathOps.Reciprocal.Call(x);
    /// <summary>e to the power x.</summary>
    public static Variable Exp(Variable x) => MathOps.Exp.Call(x);
    /// <summary>e to the power x, minus 1, exact near 0.</summary>
    public static Variable Expm1(Variable x) => MathOps.Expm1.Call(x);
    /// <summary>The natural logarithm.</summary>
    public static Variable Log(Variable x) => MathOps.Log.Call(x);
    /// <summary>The natural logarithm of 1 + x, exact near 0.</summary>
    public static Variable Log1p(Variable x) => MathOps.Log1p.Call(x);
    /// <summary>The sine.</summary>
    public static Variable Sin(Variable x) => MathOps.Sin.Call(x);
    /// <summary>The cosine.</summary>
    public static Variable Cos(Variable x) => MathOps.Cos.Call(x);
    /// <summary>The tangent.</summary>
    public static Variable Tan(Variable x) => MathOps.Tan.Call(x);
    /// <summary>The inverse sine.</summary>
    public static Variable Asin(Variable x) => MathOps.Asin.Call(x);
    /// <summary>The inverse cosine.</summary>
    public static Variable Acos(Variable x) => MathOps.Acos.Call(x);
    /// <summary>The inverse tangent.</summary>
    public static Variable Atan(Variable x) => MathOps.Atan.Call(x);
    /// <summary>The hyperbolic sine.</summary>
    public static Variable Sinh(Variable x) => MathOps.Sinh.Call(x);
    /// <summary>The hyperbolic cosine.</summary>
    public static Variable Cosh(Variable x) => MathOps.Cosh.Call(x);
    /// <summary>The inverse hyperbolic sine.</summary>
    public static Variable Asinh(Variable x) => MathOps.Asinh.Call(x);
    /// <summary>The inverse hyperbolic cosine.</summary>
    public static Variable Acosh(Variable x) => MathOps.Acosh.Call(x);
    /// <summary>The inverse hyperbolic tangent.</summary>
    public static Variable Atanh(Variable x) => MathOps.Atanh.Call(x);
    /// <summary>The hyperbolic tangent.</summary>
    public static Variable Tanh(Variable x) => MathOps.Tanh.Call(x);
    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static Variable Sigmoid(Variable x) => MathOps.Sigmoid.Call(x);
    /// <summary>The error function.</summary>
    public static Variable Erf(Variable x) => MathOps.Erf.Call(x);
    /// <summary>1 − the error function, exact where that is near 1.</summary>
    public static Variable Erfc(Variable x) => MathOps.Erfc.Call(x);
    /// <summary>Rounded down.</summary>
    public static Variable Floor(Variable x) => MathOps.Floor.Call(x);
    /// <summary>Rounded up.</summary>
    public static Variable Ceil(Variable x) => MathOps.Ceil.Call(x);
    /// <summary>Rounded to the nearest integer, halves to even.</summary>
    public static Variable Round(Variable x) => MathOps.Rint.Call(x);

    /// <summary>x = y; bool.</summary>
    public static Variable Equal(Variable x, Variable y) => CompareOps.Equal.Call(x, y);
    /// <summary>x ≠ y; bool.</summary>
    public static Variable NotEqual(Variable x, Variable y) => CompareOps.NotEqual.Call(x, y);
    /// <summary>x &lt; y; bool.</summary>
    public static Variable Less(Variable x, Variable y) => CompareOps.Less.Call(x, y);
    /// <summary>x ≤ y; bool.</summary>
    public static Variable LessEqual(Variable x, Variable y) => CompareOps.LessEqual.Call(x, y);
    /// <summary>x &gt; y; bool.</summary>
    public static Variable Greater(Variable x, Variable y) => CompareOps.Greater.Call(x, y);
    /// <summary>x ≥ y; bool.</summary>
    public static Variable GreaterEqual(Variable x, Variable y) => CompareOps.GreaterEqual.Call(x, y);
    /// <summary>Both; bool.</summary>
    public static Variable LogicalAnd(Variable x, Variable y) => CompareOps.LogicalAnd.Call(x, y);
    /// <summary>Either; bool.</summary>
    public static Variable LogicalOr(Variable x, Variable y) => CompareOps.LogicalOr.Call(x, y);
    /// <summary>Not; bool.</summary>
    public static Variable LogicalNot(Variable x) => CompareOps.LogicalNot.Call(x);
    /// <summary>Where x is not a number; bool.</summary>
    public static Variable IsNan(Variable x) => CompareOps.IsNan.Call(x);
    /// <summary>Where x is infinite; bool.</summary>
    public static Variable IsInf(Variable x) => CompareOps.IsInf.Call(x);
    /// <summary>Where x is finite; bool.</summary>
    public static Variable IsFinite(Variable x) => CompareOps.IsFinite.Call(x);
}
