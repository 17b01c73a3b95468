using System.Numerics;

namespace Zoo.Autograd.Ops;

/// <summary>Special functions that libtorch lacks, in double precision.</summary>
internal static class SpecialFunctions
{
    const double Tiny = 1e-300, Small = 1e-17;

    /// <summary>A number and its derivative with respect to one argument: what computes a function then computes its derivative too.</summary>
    readonly record struct Dual(double Value, double Slope)
    {
        public static implicit operator Dual(double value) => new(value, 0);
        public static Dual operator +(Dual a, Dual b) => new(a.Value + b.Value, a.Slope + b.Slope);
        public static Dual operator -(Dual a, Dual b) => new(a.Value - b.Value, a.Slope - b.Slope);
        public static Dual operator *(Dual a, Dual b) => new(a.Value * b.Value, a.Slope * b.Value + a.Value * b.Slope);
        public static Dual operator /(Dual a, Dual b) => new(a.Value / b.Value, (a.Slope - a.Value / b.Value * b.Slope) / b.Value);
    }

    /// <summary>The derivative with respect to a of the regularized lower incomplete gamma function.</summary>
    internal static double IgammaGradA(double a, double x)
    {
        if (double.IsNaN(a) || double.IsNaN(x) || a <= 0 || x < 0) return double.NaN;
        if (x == 0) return 0;
        // x^a e^-x / Γ(a), whose logarithm has the slope ln x - ψ(a)
        var scale = Math.Exp(a * Math.Log(x) - x - LogGamma(a));
        var front = new Dual(scale, scale * (Math.Log(x) - Digamma(a)));
        var shape = new Dual(a, 1);
        if (x <= a + 1)
        {
            Dual term = 1 / a is var first ? new Dual(first, -first * first) : default, sum = term;
            for (var n = 1; n < 10000 && (Math.Abs(term.Value) > Math.Abs(sum.Value) * Small || Math.Abs(term.Slope) > Math.Abs(sum.Slope) * Small); n++)
            {
                term = term * x / (shape + n);
                sum += term;
            }
            return (front * sum).Slope;
        }
        // the upper function as a continued fraction
        Dual b = x + 1 - shape, c = 1 / Tiny, d = 1 / b, h = d;
        for (var n = 1; n < 10000; n++)
        {
            var an = n * (shape - n);
            b += 2;
            d = 1 / (an * d + b);
            c = b + an / c;
            var change = d * c;
            h *= change;
            if (Math.Abs(change.Value - 1) < 1e-16 && Math.Abs(change.Slope) < 1e-16) break;
        }
        return -(front * h).Slope;
    }

    /// <summary>The derivative of a gamma-distributed sample with respect to its shape.</summary>
    internal static double RandomGammaGrad(double alpha, double sample) =>
        -IgammaGradA(alpha, sample) / Math.Exp(-sample + (alpha - 1) * Math.Log(sample) - LogGamma(alpha));

    /// <summary>The regularized incomplete beta function.</summary>
    internal static double Betainc(double a, double b, double x)
    {
        if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) return double.NaN;
        if (x is 0 or 1) return x;
        return x < (a + 1) / (a + b + 2) ? Fraction(a, b, x) : 1 - Fraction(b, a, 1 - x);

        static double Fraction(double a, double b, double x)
        {
            double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), h = d;
            for (var m = 1; m < 10000; m++)
            {
                var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
                d = 1 / (1 + even * d);
                c = 1 + even / c;
                h *= d * c;
                var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
                d = 1 / (1 + odd * d);
                c = 1 + odd / c;
                h *= d * c;
                if (Math.Abs(d * c - 1) < 1e-16) break;
            }
            return h / a * Math.Exp(a * Math.Log(x) + b * double.LogP1(-x) - LogGamma(a) - LogGamma(b) + LogGamma(a + b));
        }
    }

    /// <summary>Dawson's integral, by sampling (Rybicki): the error falls with e to the minus square of 1/step.</summary>
    internal static double Dawsn(double x)
    {
        const double step = 0.2;
        var size = Math.Abs(x);
        if (size < 0.5)
        {
            double term = x, sum = x;
            for (var k = 1; Math.Abs(term) > Math.Abs(sum) * Small; k++) sum += term *= -2 * x * x / (2 * k + 1);
            return sum;
        }
        if (double.IsInfinity(x)) return 0;
        if (size > 1e8) return 0.5 / x;
        var near = 2 * Math.Round(0.5 * size / step);
        var total = 0.0;
        for (var n = -35; n <= 35; n += 2)
        {
            var away = size - (near + n) * step;
            total += Math.Exp(-away * away) / (near + n);
        }
        return Math.CopySign(total / Math.Sqrt(Math.PI), x);
    }

    /// <summary>The exponential integral Ei.</summary>
    internal static double Expint(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x == 0) return double.NegativeInfinity;
        if (x < -1)
        {
            // -E1 as a continued fraction
            double b = 1 - x, c = 1 / Tiny, d = 1 / b, h = d;
            for (var n = 1; n < 10000; n++)
            {
                var an = -(double)n * n;
                b += 2;
                d = 1 / (an * d + b);
                c = b + an / c;
                h *= c * d;
                if (Math.Abs(c * d - 1) < 1e-16) break;
            }
            return -h * Math.Exp(x);
        }
        double term = 1, sum = 0;
        if (x > 40)
        {
            sum = 1;
            for (var k = 1; k < 100 && Math.Abs(term * k / x) < Math.Abs(term) && Math.Abs(term) > Small; k++) sum += term *= k / x;
            return Math.Exp(x) / x * sum;
        }
        for (var k = 1; k < 1000; k++)
        {
            term *= x / k;
            sum += term / k;
            if (Math.Abs(term / k) < Math.Abs(sum) * Small) break;
        }
        return 0.57721566490153286061 + Math.Log(Math.Abs(x)) + sum;
    }

    internal static double FresnelCos(double x) => Math.CopySign(Fresnel(Math.Abs(x)).Real, x);

    internal static double FresnelSin(double x) => Math.CopySign(Fresnel(Math.Abs(x)).Imaginary, x);

    /// <summary>C(x) + i S(x): a series near 0, else the complementary error function of (1 − i) x √π / 2 as a continued fraction.</summary>
    static Complex Fresnel(double x)
    {
        if (double.IsNaN(x)) return new(x, x);
        if (double.IsInfinity(x)) return new(0.5, 0.5);
        if (x < 1.6)
        {
            var z = new Complex(0, Math.PI / 2 * x * x);
            Complex power = 1, sum = 1;
            for (var k = 1; k < 200; k++)
            {
                power *= z / k;
                sum += power / (2 * k + 1);
                if (Complex.Abs(power) < Small) break;
            }
            return x * sum;
        }
        var square = Math.PI * x * x;
        Complex b = new(1, -square), c = 1 / Tiny, d = 1 / b, h = d;
        for (var n = 1; n < 10000; n++)
        {
            var a = -(2 * n - 1) * (2.0 * n);
            b += 4;
            d = 1 / (a * d + b);
            c = b + a / c;
            h *= c * d;
            if (Complex.Abs(c * d - 1) < 1e-16) break;
        }
        h *= new Complex(x, -x);
        return new Complex(0.5, 0.5) * (1 - new Complex(Math.Cos(0.5 * square), Math.Sin(0.5 * square)) * h);
    }

    /// <summary>Spence's function: the dilogarithm of 1 − x.</summary>
    internal static double Spence(double x) => x < 0 ? double.NaN : double.IsInfinity(x) ? double.NegativeInfinity : Dilogarithm(1 - x);

    static double Dilogarithm(double z)
    {
        if (z == 1) return Math.PI * Math.PI / 6;
        if (z < -1) return -Math.PI * Math.PI / 6 - 0.5 * Math.Log(-z) * Math.Log(-z) - Dilogarithm(1 / z);
        if (z > 0.5) return Math.PI * Math.PI / 6 - Math.Log(z) * double.LogP1(-z) - Dilogarithm(1 - z);
        var u = -double.LogP1(-z);
        double sum = u - u * u / 4, term = u;
        ReadOnlySpan<double> bernoulli = [1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798];
        for (var k = 0; k < bernoulli.Length; k++)
        {
            term *= u * u / ((2 * k + 2) * (2 * k + 3));
            sum += bernoulli[k] * term;
        }
        return sum;
    }

    /// <summary>ln Γ of a positive number, by Stirling's series far enough out; of others no number.</summary>
    internal static double LogGamma(double x)
    {
        if (!(x > 0)) return double.NaN;
        var shift = 0.0;
        for (; x < 15; x++) shift += Math.Log(x);
        double square = 1 / (x * x);
        var series = (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188 - square * 691 / 360360))))) / x;
        return (x - 0.5) * Math.Log(x) - x + 0.91893853320467274178 + series - shift;
    }

    /// <summary>The slope of ln Γ at a positive number; of others no number.</summary>
    internal static double Digamma(double x)
    {
        if (!(x > 0)) return double.NaN;
        var shift = 0.0;
        for (; x < 15; x++) shift += 1 / x;
        double square = 1 / (x * x);
        return Math.Log(x) - 0.5 / x - square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square * (1.0 / 132 - square * 691 / 32760))))) - shift;
    }
}
