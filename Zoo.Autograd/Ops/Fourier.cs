using System.Collections.Concurrent;
using System.Numerics;

namespace Zoo.Autograd.Ops;

/// <summary>
/// The discrete Fourier transform of one length, in double precision: by its prime factors (Cooley and Tukey), or, where a factor is large, as a convolution of a power of two (Bluestein).
/// </summary>
internal sealed class Fourier
{
    const int LargestFactor = 61;
    static readonly ConcurrentDictionary<int, Fourier> known = [];

    readonly int length;
    readonly List<int> factors = [];
    readonly Complex[] roots = [], chirp = [], filter = [];
    readonly Fourier? wide;

    Fourier(int length)
    {
        this.length = length;
        for (int rest = length, p = 2; rest > 1; p = p * p > rest ? rest : p + 1)
            for (; rest % p == 0; rest /= p) factors.Add(p);
        if (factors.Count == 0 || factors.Max() <= LargestFactor)
        {
            roots = [.. Enumerable.Range(0, length).Select(k => Complex.FromPolarCoordinates(1, -2 * Math.PI * k / length))];
            return;
        }
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)(2 * length - 1));
        wide = Of(size);
        chirp = [.. Enumerable.Range(0, length).Select(k => Complex.FromPolarCoordinates(1, -Math.PI * ((long)k * k % (2L * length)) / length))];
        filter = new Complex[size];
        for (var k = 0; k < length; k++) filter[k] = filter[(size - k) % size] = Complex.Conjugate(chirp[k]);
        wide.Transform(filter);
    }

    /// <summary>The transform of a length, 1 or more.</summary>
    internal static Fourier Of(int length) => known.GetOrAdd(length, static n => new(n));

    /// <summary>x[k] = Σ x[m]·e^(−2πi·k·m/n), in place.</summary>
    internal void Transform(Span<Complex> x)
    {
        if (wide is null)
        {
            Step(x.ToArray(), 1, x, 0);
            return;
        }
        var a = new Complex[filter.Length];
        for (var k = 0; k < length; k++) a[k] = x[k] * chirp[k];
        wide.Transform(a);
        for (var k = 0; k < a.Length; k++) a[k] *= filter[k];
        wide.Inverse(a);
        for (var k = 0; k < length; k++) x[k] = a[k] * chirp[k];
    }

    /// <summary>The inverse, divided by the length.</summary>
    internal void Inverse(Span<Complex> x)
    {
        for (var k = 0; k < length; k++) x[k] = Complex.Conjugate(x[k]);
        Transform(x);
        for (var k = 0; k < length; k++) x[k] = Complex.Conjugate(x[k]) / length;
    }

    /// <summary>y = the transform of every stride-th number of x, from the factor at a level on.</summary>
    void Step(ReadOnlySpan<Complex> x, int stride, Span<Complex> y, int level)
    {
        if (y.Length == 1)
        {
            y[0] = x[0];
            return;
        }
        int p = factors[level], m = y.Length / p, unit = length / y.Length;
        for (var q = 0; q < p; q++) Step(x[(q * stride)..], stride * p, y.Slice(q * m, m), level + 1);
        Span<Complex> part = stackalloc Complex[p];
        for (var k = 0; k < m; k++)
        {
            for (var q = 0; q < p; q++) part[q] = y[q * m + k] * roots[q * k * unit];
            if (p == 2)
            {
                (y[k], y[m + k]) = (part[0] + part[1], part[0] - part[1]);
                continue;
            }
            for (var j = 0; j < p; j++)
            {
                var sum = part[0];
                for (var q = 1; q < p; q++) sum += part[q] * roots[q * j % p * m * unit];
                y[j * m + k] = sum;
            }
        }
    }
}
