using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Zoo.Autograd.Engine.Torch.Pointwise.VectorMath;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>The one-operand instructions as vector functions.</summary>
internal static class UnaryOps
{
    internal const double SeluScale = 1.0507009873554804934193349852946, SeluScaleAlpha = SeluScale * 1.6732632423543772848170429916717;

    internal readonly struct Neg<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => -x; }
    internal readonly struct Abs<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => Vector512.Abs(x); }
    internal readonly struct Square<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => x * x; }
    internal readonly struct Not : IUnary<byte> { public static Vector512<byte> Do(Vector512<byte> x) => x ^ Vector512<byte>.One; }

    internal readonly struct Sign<T> : IUnary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x)
        {
            Vector512<T> zero = Vector512<T>.Zero, one = Vector512<T>.One;
            return If(Vector512.GreaterThan(x, zero), one, If(Vector512.LessThan(x, zero), zero - one, x));   // 0, -0 and NaN stay
        }
    }

    internal readonly struct Relu<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => If(Vector512.LessThan(x, Vector512<T>.Zero), Vector512<T>.Zero, x); }

    internal readonly struct Relu6<T> : IUnary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x) => If(Vector512.LessThan(x, Vector512<T>.Zero), Vector512<T>.Zero, If(Vector512.GreaterThan(x, C<T>(6)), C<T>(6), x));
    }

    internal readonly struct Sqrt<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => Vector512.Sqrt(x); }
    internal readonly struct Rsqrt<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => Vector512<T>.One / Vector512.Sqrt(x); }
    internal readonly struct Reciprocal<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => Vector512<T>.One / x; }
    internal readonly struct Exp<T> : IUnary<T> { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Do(Vector512<T> x) => VectorMath.Exp(x); }
    internal readonly struct Log<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Log(x); }
    internal readonly struct Expm1<T> : IUnary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Expm1(x); }
    internal readonly struct Log1p<T> : IUnary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Log1p(x); }
    internal readonly struct Sin<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Sin(x); }
    internal readonly struct Cos<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Cos(x); }
    internal readonly struct Tanh<T> : IUnary<T> where T : INumber<T> { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Do(Vector512<T> x) => VectorMath.Tanh(x); }
    internal readonly struct Sigmoid<T> : IUnary<T> where T : INumber<T> { [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<T> Do(Vector512<T> x) => VectorMath.Sigmoid(x); }
    internal readonly struct Softplus<T> : IUnary<T> where T : INumber<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Softplus(x); }
    internal readonly struct Softsign<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => x / (Vector512.Abs(x) + Vector512<T>.One); }
    internal readonly struct Floor<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Floor(x); }
    internal readonly struct Ceil<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => Ceiling(x); }
    internal readonly struct Round<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Round(x); }
    internal readonly struct Truncate<T> : IUnary<T> { public static Vector512<T> Do(Vector512<T> x) => VectorMath.Truncate(x); }

    internal readonly struct Elu<T> : IUnary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x) => If(Vector512.LessThan(x, Vector512<T>.Zero), VectorMath.Expm1(x), x);
    }

    internal readonly struct Selu<T> : IUnary<T> where T : INumber<T>
    {
        public static Vector512<T> Do(Vector512<T> x) => If(Vector512.LessThan(x, Vector512<T>.Zero), C<T>(SeluScaleAlpha) * VectorMath.Expm1(x), C<T>(SeluScale) * x);
    }

    /// <summary>A rational approximation (the coefficients Eigen uses) up to 3.8, where the value comes within an ulp or so of 1.</summary>
    internal readonly struct ErfSingle : IUnary<float>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Do(Vector512<float> v)
        {
            Vector512<float> x = If(Vector512.GreaterThan(v, C<float>(4)), C<float>(4), If(Vector512.LessThan(v, C<float>(-4)), C<float>(-4), v)), z = x * x;
            Vector512<float> p = z * C<float>(-2.72614225801306e-10) + C<float>(2.77068142495902e-08);
            p = Vector512.FusedMultiplyAdd(p, z, C<float>(-2.10102402082508e-06));
            p = Vector512.FusedMultiplyAdd(p, z, C<float>(-5.69250639462346e-05));
            p = Vector512.FusedMultiplyAdd(p, z, C<float>(-7.34990630326855e-04));
            p = Vector512.FusedMultiplyAdd(p, z, C<float>(-2.95459980854025e-03));
            p = Vector512.FusedMultiplyAdd(p, z, C<float>(-1.60960333262415e-02));
            Vector512<float> q = z * C<float>(-1.45660718464996e-05) + C<float>(-2.13374055278905e-04);
            q = Vector512.FusedMultiplyAdd(q, z, C<float>(-1.68282697438203e-03));
            q = Vector512.FusedMultiplyAdd(q, z, C<float>(-7.37332916720468e-03));
            q = Vector512.FusedMultiplyAdd(q, z, C<float>(-1.42647390514189e-02));
            return If(Vector512.GreaterThan(Vector512.Abs(v), C<float>(3.8)), Vector512.CopySign(Vector512<float>.One, v), x * p / q);
        }
    }
}
