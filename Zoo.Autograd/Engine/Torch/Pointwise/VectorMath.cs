using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>Functions of vectors of floats or doubles, within 4 units in the last place of the true value.</summary>
internal static class VectorMath
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    [MethodImpl(Inline)] internal static Vector512<T> C<T>(double value) where T : INumber<T> => Vector512.Create(T.CreateTruncating(value));

    [MethodImpl(Inline)]
    internal static Vector512<T> Exp<T>(Vector512<T> x) => typeof(T) == typeof(float) ? ExpSingle(x.AsSingle()).As<float, T>() : Vector512.Exp(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Log<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Log(x.AsSingle()).As<float, T>() : Vector512.Log(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Sin<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Sin(x.AsSingle()).As<float, T>() : Vector512.Sin(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Cos<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Cos(x.AsSingle()).As<float, T>() : Vector512.Cos(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Floor<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Floor(x.AsSingle()).As<float, T>() : Vector512.Floor(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Ceiling<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Ceiling(x.AsSingle()).As<float, T>() : Vector512.Ceiling(x.AsDouble()).As<double, T>();

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> MultiplyAdd<T>(Vector512<T> a, Vector512<T> b, Vector512<T> c) => typeof(T) == typeof(float)
        ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>() : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    /// <summary>To the nearest, halves to the even one.</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Round<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Round(x.AsSingle()).As<float, T>() : Vector512.Round(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)]
    internal static Vector512<T> Truncate<T>(Vector512<T> x) => typeof(T) == typeof(float) ? Vector512.Truncate(x.AsSingle()).As<float, T>() : Vector512.Truncate(x.AsDouble()).As<double, T>();

    [MethodImpl(Inline)] internal static Vector512<T> If<T>(Vector512<T> mask, Vector512<T> then, Vector512<T> other) => Vector512.ConditionalSelect(mask, then, other);

    [MethodImpl(Inline)] internal static Vector512<T> IsNan<T>(Vector512<T> x) => ~Vector512.Equals(x, x);

    /// <summary>2^n e^r with |r| at most half of log 2, a polynomial (Cephes' coefficients) for e^r; the power in two factors, for it may lie outside the normal floats.</summary>
    [MethodImpl(Inline)]
    static Vector512<float> ExpSingle(Vector512<float> x)
    {
        Vector512<float> inside = Vector512.MinNative(C<float>(89), Vector512.MaxNative(C<float>(-104), x));   // NaN stays
        Vector512<float> n = Vector512.Round(inside * C<float>(1.44269504088896341));
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, C<float>(-0.693359375), inside);
        r = Vector512.FusedMultiplyAdd(n, C<float>(2.12194440e-4), r);
        Vector512<float> p = Vector512.FusedMultiplyAdd(C<float>(1.9875691500e-4), r, C<float>(1.3981999507e-3));
        p = Vector512.FusedMultiplyAdd(p, r, C<float>(8.3334519073e-3));
        p = Vector512.FusedMultiplyAdd(p, r, C<float>(4.1665795894e-2));
        p = Vector512.FusedMultiplyAdd(p, r, C<float>(1.6666665459e-1));
        p = Vector512.FusedMultiplyAdd(p, r, C<float>(5.0000001201e-1));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        Vector512<int> power = Vector512.ConvertToInt32Native(n), half = power >> 1, bias = Vector512.Create(127);
        return p * ((half + bias) << 23).AsSingle() * ((power - half + bias) << 23).AsSingle();
    }

    /// <summary>e^x - 1. Near 0 a series, for there the difference would lose everything.</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Expm1<T>(Vector512<T> x) where T : INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            Vector512<T> series = Vector512<T>.One;
            for (int k = 12; k >= 2; k--)
                series = Vector512<T>.One + x * C<T>(1.0 / k) * series;
            return If(Vector512.LessThan(Vector512.Abs(x), Vector512<T>.One), x * series, Exp(x) - Vector512<T>.One);
        }
        // the rounding errors of u and log u cancel
        Vector512<T> u = Exp(x), um1 = u - Vector512<T>.One;
        Vector512<T> general = um1 * x / Log(u);
        general = If(Vector512.Equals(um1, -Vector512<T>.One) | Vector512.GreaterThan(x, C<T>(40)), um1, general);
        return If(Vector512.Equals(u, Vector512<T>.One), x, general);
    }

    /// <summary>log(1 + x).</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Log1p<T>(Vector512<T> x) where T : INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            (Vector512<double> lo, Vector512<double> hi) = Vector512.Widen(x.AsSingle());
            Vector512<T> wide = Vector512.Narrow(Vector512.Log(lo + Vector512<double>.One), Vector512.Log(hi + Vector512<double>.One)).As<float, T>();
            return If(Vector512.LessThan(Vector512.Abs(x), C<T>(1e-5)), x - x * x * C<T>(0.5), wide);
        }
        Vector512<T> u = Vector512<T>.One + x, um1 = u - Vector512<T>.One;
        Vector512<T> general = Log(u) * x / um1;
        general = If(Vector512.Equals(u, C<T>(double.PositiveInfinity)) | Vector512.Equals(um1, -Vector512<T>.One), Log(u), general);
        return If(Vector512.Equals(u, Vector512<T>.One), x, general);
    }

    /// <summary>1 / (1 + e^-x), without overflow on either side.</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Sigmoid<T>(Vector512<T> x) where T : INumber<T>
    {
        Vector512<T> e = Exp(-Vector512.Abs(x)), r = Vector512<T>.One / (Vector512<T>.One + e);
        return If(Vector512.LessThan(x, Vector512<T>.Zero), e * r, r);
    }

    /// <summary>Near 0 a rational approximation (Cephes' coefficients), further out 1 - 2 / (e^2|x| + 1).</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Tanh<T>(Vector512<T> x) where T : INumber<T>
    {
        Vector512<T> a = Vector512.Abs(x), z = x * x, small;
        if (typeof(T) == typeof(float))
        {
            Vector512<T> p = C<T>(-5.70498872745e-3) * z + C<T>(2.06390887954e-2);
            p = p * z + C<T>(-5.37397155531e-2);
            p = p * z + C<T>(1.33314422036e-1);
            p = p * z + C<T>(-3.33332819422e-1);
            small = x + x * (z * p);
        }
        else
        {
            Vector512<T> p = C<T>(-9.64399179425052238628e-1) * z + C<T>(-9.92877231001918586564e1);
            p = p * z + C<T>(-1.61468768441708447952e3);
            Vector512<T> q = z + C<T>(1.12811678491632931402e2);
            q = q * z + C<T>(2.23548839060100448583e3);
            q = q * z + C<T>(4.84406305325125486048e3);
            small = x + x * (z * (p / q));
        }
        Vector512<T> big = Vector512<T>.One - C<T>(2) / (Exp(a + a) + Vector512<T>.One);
        return If(Vector512.LessThan(a, C<T>(0.625)), small, Vector512.CopySign(big, x));
    }

    /// <summary>log(1 + e^x).</summary>
    [MethodImpl(Inline)]
    internal static Vector512<T> Softplus<T>(Vector512<T> x) where T : INumber<T> =>
        If(Vector512.LessThan(x, Vector512<T>.Zero), Vector512<T>.Zero, x) + Log1p(Exp(-Vector512.Abs(x)));
}
