using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Colours of pictures […, 3], whose gradients are those of their formulas.</summary>
internal static class ColorOps
{
    internal static readonly Op RGBToHSV = Conversion("RGBToHSV", "float16|bfloat16|float32|float64", ToHsv, (k, rgb) => Hsv(rgb));
    internal static readonly Op HSVToRGB = Conversion("HSVToRGB", "float16|bfloat16|float32|float64", ToRgb, (k, hsv) => Rgb(hsv));

    internal static readonly Op AdjustHue = Conversion("AdjustHue", "float16|float32", (x, delta) => Adjusted(x, hsv => [Turn(hsv[0] + delta), hsv[1], hsv[2]]),
        (delta, rgb) => Hsv(rgb) is var (h, s, v) ? Rgb((Turn(h + delta), s, v)) : default, "delta");

    internal static readonly Op AdjustSaturation = Conversion("AdjustSaturation", "float16|float32", (x, scale) => Adjusted(x, hsv => [hsv[0], A.Clip(hsv[1] * scale, 0, 1), hsv[2]]),
        (scale, rgb) => Hsv(rgb) is var (h, s, v) ? Rgb((h, Math.Clamp(s * scale, 0, 1), v)) : default, "scale");

    internal static readonly Op AdjustContrastv2 = new("AdjustContrastv2", "images:T contrast_factor:float32 -> output:T ; T:float16|float32=float32")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            return !s[0].HasRank || s[0].Rank >= 3 ? s[0] : throw s.Fail($"the pictures have rank {s[0].Rank}", "Expected at least 3: height, width, channels.");
        },
        Grad = (n, g) =>
        {
            int[] places = [n[0].Shape.Rank - 3, n[0].Shape.Rank - 2];
            var (factor, mean) = (A.Cast(n[1], g.DType), A.Mean(n[0], places, keepDims: true));
            return [g * factor + A.Mean(g, places, keepDims: true) * (1 - factor), A.Cast(A.Sum(g * (n[0] - mean)), DType.Float32)];
        },
        Kernel = k =>
        {
            var shape = k.Shape(0);
            var (places, channels) = ((int)(shape[-3] * shape[-2]), (int)shape[-1]);
            var images = (int)Rows.Count(shape.Dims[..^3]);
            return k.Cast(k.Host((from, to) =>
            {
                var (x, y) = (new Plane(from[0], (int)shape.Elements), new Plane(to[0], (int)shape.Elements));
                var factor = HostMemory.Span<float>(from[1], 1)[0];
                for (var image = 0; image < images; image++)
                    for (var c = 0; c < channels; c++)
                    {
                        var mean = 0.0;
                        for (var p = 0; p < places; p++) mean += x[(image * places + p) * channels + c];
                        mean /= places;
                        for (var p = 0; p < places; p++) y[(image * places + p) * channels + c] = (float)((x[(image * places + p) * channels + c] - mean) * factor + mean);
                    }
            }, [k.Cast(k[0], DType.Float32), k[1]], (shape, DType.Float32))[0], k.OutDType());
        },
    };

    /// <summary>Memory of floats.</summary>
    readonly struct Plane(nint at, int count)
    {
        internal float this[int i] { get => HostMemory.Span<float>(at, count)[i]; set => HostMemory.Span<float>(at, count)[i] = value; }
    }

    static Op Conversion(string name, string types, Func<Variable, Variable> formula, Func<double, (double, double, double), (double, double, double)> pixel) => Conversion(name, types, (x, _) => formula(x), pixel, null);

    static Op Conversion(string name, string types, Func<Variable, Variable, Variable> formula, Func<double, (double, double, double), (double, double, double)> pixel, string? argument) =>
        new(name, argument is null ? $"images:T -> output:T ; T:{types}=float32" : $"images:T {argument}:float32 -> output:T ; T:{types}=float32")
        {
            Shape = s =>
            {
                if (argument is not null) s.Rank(1, 0);
                if (s[0].HasRank && (s[0].Rank < 1 || s[0][-1] is not (3 or Dim.Any))) throw s.Fail("the pictures have no three colours", "Expected a last axis of size 3.");
                return argument is null || !s[0].HasRank || s[0].Rank >= 3 ? s[0] : throw s.Fail($"the pictures have rank {s[0].Rank}", "Expected at least 3: height, width, channels.");
            },
            Grad = (n, g) => Graph.Gradients.Of([formula(n[0], n.Inputs.Length > 1 ? A.Cast(n[1], g.DType) : n[0])], n.Inputs, [g]),
            Kernel = k =>
            {
                var inner = k.DType() == DType.Float64 ? DType.Float64 : DType.Float32;
                var count = (int)k.Shape(0).Elements;
                return k.Cast(k.Host((from, to) =>
                {
                    var given = argument is null ? 0 : HostMemory.Span<float>(from[1], 1)[0];
                    for (var i = 0; i < count; i += 3)
                        if (inner == DType.Float64)
                        {
                            var (x, y) = (HostMemory.Span<double>(from[0] + i * 8, 3).ToArray(), to[0] + i * 8);
                            (HostMemory.Span<double>(y, 3)[0], HostMemory.Span<double>(y, 3)[1], HostMemory.Span<double>(y, 3)[2]) = pixel(given, (x[0], x[1], x[2]));
                        }
                        else
                        {
                            var x = HostMemory.Span<float>(from[0] + i * 4, 3);
                            var y = HostMemory.Span<float>(to[0] + i * 4, 3);
                            var (a, b, c) = pixel(given, (x[0], x[1], x[2]));
                            (y[0], y[1], y[2]) = ((float)a, (float)b, (float)c);
                        }
                }, argument is null ? [k.Cast(k[0], inner)] : [k.Cast(k[0], inner), k[1]], (k.OutShape(), inner))[0], k.OutDType());
            },
        };

    static double Turn(double hue) => hue - Math.Floor(hue);

    static Variable Turn(Variable hue) => hue - A.StopGradient(A.Floor(hue));

    static (double H, double S, double V) Hsv((double R, double G, double B) rgb)
    {
        var (r, g, b) = rgb;
        var high = Math.Max(r, Math.Max(g, b));
        var range = high - Math.Min(r, Math.Min(g, b));
        var hue = range <= 0 ? 0 : r == high ? (g - b) / range : g == high ? (b - r) / range + 2 : (r - g) / range + 4;
        return (hue < 0 ? hue / 6 + 1 : hue / 6, high > 0 ? range / high : 0, high);
    }

    static (double R, double G, double B) Rgb((double H, double S, double V) hsv)
    {
        var (h, s, v) = hsv;
        double Part(double offset, double sign) => v * (1 - s + s * Math.Clamp(sign * Math.Abs(h * 6 - offset) + (sign > 0 ? -1 : 2), 0, 1));
        return (Part(3, 1), Part(2, -1), Part(4, -1));
    }

    /// <summary>Hue, saturation, value along the last axis.</summary>
    internal static Variable ToHsv(Variable rgb)
    {
        var c = A.Split(rgb, 3);
        var (r, g, b) = (c[0], c[1], c[2]);
        var high = A.Max(rgb, -1, keepDims: true);
        var range = high - A.Min(rgb, -1, keepDims: true);
        var (one, zero) = (A.OnesLike(range), A.ZerosLike(range));
        var safe = A.Where(range > 0, range, one);
        var hue = A.Where(A.Equal(r, high), (g - b) / safe, A.Where(A.Equal(g, high), (b - r) / safe + 2, (r - g) / safe + 4)) / 6;
        hue = A.Where(range > 0, A.Where(hue < 0, hue + 1, hue), zero);
        return A.Concat([hue, A.Where(high > 0, range / A.Where(high > 0, high, one), zero), high]);
    }

    /// <summary>The way back.</summary>
    internal static Variable ToRgb(Variable hsv)
    {
        var c = A.Split(hsv, 3);
        Variable Part(double offset, double sign) => c[2] * (1 - c[1] + c[1] * A.Clip(A.Abs(c[0] * 6 - offset) * sign + (sign > 0 ? -1 : 2), 0, 1));
        return A.Concat([Part(3, 1), Part(2, -1), Part(4, -1)]);
    }

    static Variable Adjusted(Variable rgb, Func<Variable[], Variable[]> change) => ToRgb(A.Concat(change(A.Split(ToHsv(rgb), 3))));
}
