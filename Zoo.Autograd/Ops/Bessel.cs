namespace Zoo.Autograd.Ops;

/// <summary>Bessel functions of orders 0 and 1 in double precision: backward recurrence up to 25 (Miller), Hankel's expansion beyond.</summary>
internal static class Bessel
{
    const double Far = 25, Euler = 0.57721566490153286061;

    internal static double J(int order, double x)
    {
        var size = Math.Abs(x);
        var value = double.IsNaN(x) ? x : size >= Far ? Hankel(order, size).J : Orders(size)[order];
        return order == 1 && x < 0 ? -value : value;
    }

    internal static double Y(int order, double x)
    {
        if (x == 0) return double.NegativeInfinity;
        if (!(x > 0)) return double.NaN;
        if (x >= Far) return Hankel(order, x).Y;
        var j = Orders(x);
        double sum = 0, log = Math.Log(x / 2) + Euler;
        // Neumann's series over the even or the odd orders
        for (var k = 1; 2 * k + order < j.Length; k++)
            sum += (k % 2 == 0 ? 1 : -1) * (order == 0 ? j[2 * k] / k : j[2 * k + 1] * (2 * k + 1) / (k * (k + 1.0)));
        return order == 0 ? 2 / Math.PI * log * j[0] - 4 / Math.PI * sum : -2 / (Math.PI * x) * j[0] + 2 / Math.PI * (log - 1) * j[1] - 2 / Math.PI * sum;
    }

    /// <summary>J of all orders that matter, by the recurrence that is stable downwards; J0 + 2 Σ J of even orders is 1.</summary>
    static double[] Orders(double x)
    {
        var j = new double[70];
        if (x == 0)
        {
            j[0] = 1;
            return j;
        }
        double above = 0, here = 1e-280, total = 0;
        for (var n = 120; n > 0; n--)
        {
            (above, here) = (here, 2 * n / x * here - above);
            if (n - 1 < j.Length) j[n - 1] = here;
            if ((n - 1) % 2 == 0) total += n == 1 ? here : 2 * here;
            if (Math.Abs(here) < 1e250) continue;
            (above, here, total) = (above * 1e-250, here * 1e-250, total * 1e-250);
            for (var i = n - 1; i < j.Length; i++) j[i] *= 1e-250;
        }
        for (var i = 0; i < j.Length; i++) j[i] /= total;
        return j;
    }

    static (double J, double Y) Hankel(int order, double x)
    {
        double term = 1, p = 1, q = 0, m = 4.0 * order * order;
        for (var k = 1; k < 60; k++)
        {
            var next = term * (m - (2 * k - 1.0) * (2 * k - 1)) / (k * 8 * x);
            if (Math.Abs(next) > Math.Abs(term) || Math.Abs(next) < 1e-18) break;
            term = next;
            switch (k % 4)
            {
                case 1: q += term; break;
                case 2: p -= term; break;
                case 3: q -= term; break;
                default: p += term; break;
            }
        }
        double angle = x - (order / 2.0 + 0.25) * Math.PI, scale = Math.Sqrt(2 / (Math.PI * x));
        return (scale * (p * Math.Cos(angle) - q * Math.Sin(angle)), scale * (p * Math.Sin(angle) + q * Math.Cos(angle)));
    }
}
