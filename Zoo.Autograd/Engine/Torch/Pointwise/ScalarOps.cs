using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

internal interface IScalarUnary
{
    static abstract double Do(double x);
}

internal interface IScalarBinary<T>
{
    static abstract T Do(T x, T y);
}

/// <summary>Instructions that go element by element: rarely used functions (computed in double, which also serves float), integer division, powers.</summary>
internal static unsafe class ScalarOps
{
    internal static void Unary<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged, INumber<T> where TOp : struct, IScalarUnary
    {
        T* r = (T*)d, x = (T*)a;
        for (int i = 0; i < n; i++)
            r[i] = T.CreateTruncating(TOp.Do(double.CreateTruncating(x[i])));
    }

    internal static void Binary<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged where TOp : struct, IScalarBinary<T>
    {
        T* r = (T*)d, x = (T*)a, y = (T*)b;
        for (int i = 0; i < n; i++)
            r[i] = TOp.Do(x[i], y[i]);
    }

    /// <summary>Powers of floats: all of a vector positive and finite goes by logarithms in double, anything else by the C library's function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PowSingle(byte* d, byte* a, byte* b, byte* c, long first, int n)
    {
        float* r = (float*)d, x = (float*)a, y = (float*)b;
        int i = 0;
        for (; i <= n - 8; i += 8)
        {
            (Vector256<double> xl, Vector256<double> xh) = Vector256.Widen(Vector256.Load(x + i));
            (Vector256<double> yl, Vector256<double> yh) = Vector256.Widen(Vector256.Load(y + i));
            Vector512<double> px = Vector512.Create(xl, xh), py = Vector512.Create(yl, yh);
            if (Vector512.GreaterThanAll(px, Vector512<double>.Zero) && Vector512.LessThanAll(px, Vector512.Create(double.PositiveInfinity)))
            {
                Vector512<double> power = Vector512.Exp(py * Vector512.Log(px));
                Vector256.Narrow(power.GetLower(), power.GetUpper()).Store(r + i);
            }
            else
                for (int k = i; k < i + 8; k++)
                    r[k] = (float)Math.Pow(x[k], y[k]);
        }
        for (; i < n; i++)
            r[i] = (float)Math.Pow(x[i], y[i]);
    }

    internal readonly struct Tan : IScalarUnary { public static double Do(double x) => Math.Tan(x); }
    internal readonly struct Sin : IScalarUnary { public static double Do(double x) => Math.Sin(x); }
    internal readonly struct Cos : IScalarUnary { public static double Do(double x) => Math.Cos(x); }
    internal readonly struct Sinh : IScalarUnary { public static double Do(double x) => Math.Sinh(x); }
    internal readonly struct Cosh : IScalarUnary { public static double Do(double x) => Math.Cosh(x); }
    internal readonly struct Asin : IScalarUnary { public static double Do(double x) => Math.Asin(x); }
    internal readonly struct Acos : IScalarUnary { public static double Do(double x) => Math.Acos(x); }
    internal readonly struct Atan : IScalarUnary { public static double Do(double x) => Math.Atan(x); }
    internal readonly struct Asinh : IScalarUnary { public static double Do(double x) => Math.Asinh(x); }
    internal readonly struct Acosh : IScalarUnary { public static double Do(double x) => Math.Acosh(x); }
    internal readonly struct Atanh : IScalarUnary { public static double Do(double x) => Math.Atanh(x); }
    internal readonly struct Erf : IScalarUnary { public static double Do(double x) => ErrorFunction.Erf(x); }
    internal readonly struct Erfc : IScalarUnary { public static double Do(double x) => ErrorFunction.Erfc(x); }

    internal readonly struct Atan2<T> : IScalarBinary<T> where T : IFloatingPointIeee754<T> { public static T Do(T y, T x) => T.Atan2(y, x); }
    internal readonly struct PowDouble : IScalarBinary<double> { public static double Do(double x, double y) => Math.Pow(x, y); }
    internal readonly struct TruncateModReal<T> : IScalarBinary<T> where T : INumber<T> { public static T Do(T x, T y) => x % y; }

    internal readonly struct FloorModReal<T> : IScalarBinary<T> where T : INumber<T>
    {
        public static T Do(T x, T y)
        {
            T m = x % y;
            return m != T.Zero && (y < T.Zero) != (m < T.Zero) ? m + y : m;
        }
    }

    // integers: division by 0 throws; the lowest value divided by -1 wraps, as negation does
    internal readonly struct DivInt<T> : IScalarBinary<T> where T : IBinaryInteger<T>
    {
        public static T Do(T x, T y) => T.IsNegative(y) && y + T.One == T.Zero ? T.Zero - x : x / y;
    }

    internal readonly struct FloorDivInt<T> : IScalarBinary<T> where T : IBinaryInteger<T>
    {
        public static T Do(T x, T y)
        {
            T q = DivInt<T>.Do(x, y);
            return q * y != x && T.IsNegative(x) != T.IsNegative(y) ? q - T.One : q;
        }
    }

    internal readonly struct TruncateModInt<T> : IScalarBinary<T> where T : IBinaryInteger<T> { public static T Do(T x, T y) => x - DivInt<T>.Do(x, y) * y; }
    internal readonly struct FloorModInt<T> : IScalarBinary<T> where T : IBinaryInteger<T> { public static T Do(T x, T y) => x - FloorDivInt<T>.Do(x, y) * y; }

    internal readonly struct PowInt<T> : IScalarBinary<T> where T : IBinaryInteger<T>
    {
        public static T Do(T x, T y)
        {
            if (T.IsNegative(y))
                return x == T.One ? T.One : T.IsNegative(x) && x + T.One == T.Zero ? T.IsEvenInteger(y) ? T.One : x : T.Zero;
            T result = T.One;
            for (; y != T.Zero; y >>= 1, x *= x)
                if (T.IsOddInteger(y))
                    result *= x;
            return result;
        }
    }
}
