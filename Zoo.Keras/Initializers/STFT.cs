using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The kernel [frame length, 1, frequencies] of a convolution that computes a short-time Fourier transform: its real or its imaginary part.</summary>
/// <param name="side"><c>real</c> or <c>imag</c>.</param>
/// <param name="window">boxcar, hann, hamming, blackman, nuttall or blackmanharris; null for none.</param>
/// <param name="scaling"><c>density</c> (by the window's root of squares), <c>spectrum</c> (by its sum) or null.</param>
/// <param name="periodic">Whether the window goes on where it ends, in place of being symmetric.</param>
[KerasObject("keras.initializers")]
public sealed class STFT(string side, string? window = "hann", string? scaling = "density", bool periodic = false) : Initializer
{
    static readonly Dictionary<string, double[]> Windows = new()
    {
        ["boxcar"] = [1],
        ["hann"] = [0.5, 0.5],
        ["hamming"] = [0.54, 0.46],
        ["blackman"] = [0.42, 0.5, 0.08],
        ["nuttall"] = [0.3635819, 0.4891775, 0.1365995, 0.0106411],
        ["blackmanharris"] = [0.35875, 0.48829, 0.14128, 0.01168],
    };

    /// <summary><c>real</c> or <c>imag</c>.</summary>
    public string Side { get; } = side is "real" or "imag" ? side : throw new ArgumentException($"STFT: the side '{side}' is not known. Expected real or imag.");

    /// <summary>The window's name, or null.</summary>
    public string? Window { get; } = window is null || Windows.ContainsKey(window) ? window : throw new ArgumentException($"STFT: the window '{window}' is not known. Expected one of {string.Join(", ", Windows.Keys)}.");

    /// <summary>What is divided by.</summary>
    public string? Scaling { get; } = scaling is null or "density" or "spectrum" ? scaling : throw new ArgumentException($"STFT: the scaling '{scaling}' is not known. Expected density, spectrum or null.");

    /// <summary>Whether the window goes on where it ends.</summary>
    public bool Periodic { get; } = periodic;

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        if (shape.Rank != 3 || shape[1] != 1) throw new ShapeException($"STFT: a weight of shape {shape} was asked for. Expected [frame length, 1, frequencies].") { Actual = shape };
        var (length, bins) = ((int)shape[0], (int)shape[2]);
        var weights = Window is null ? null : WindowOf(Windows[Window], length, Periodic);
        var divisor = weights is null || Scaling is null ? 1 : Scaling == "density" ? Math.Sqrt(weights.Sum(w => w * w)) : weights.Sum(Math.Abs);
        var value = NDArray.Zeros(shape, dtype);
        for (var t = 0; t < length; t++)
            for (var f = 0; f < bins; f++)
            {
                var angle = -2f * t * (f / (float)((bins - 1) * 2)) * MathF.PI;   // in float32, as Keras rounds
                var wave = Side == "real" ? MathF.Cos(angle) : MathF.Sin(angle);
                value.SetNumber(t * bins + f, weights is null ? wave : wave * weights[t] / divisor);
            }
        return value;
    }

    /// <summary>A window by its name.</summary>
    /// <exception cref="ArgumentException">No window has that name; the message lists all.</exception>
    internal static double[] WindowOf(string name, int length, bool periodic) => WindowOf(Windows.GetValueOrDefault(name)
        ?? throw new ArgumentException($"window: '{name}' is not known. Expected one of {string.Join(", ", Windows.Keys)}."), length, periodic);

    /// <summary>A sum of cosines; a symmetric one is a periodic one without its last entry of one more.</summary>
    static double[] WindowOf(double[] terms, int length, bool periodic)
    {
        if (length == 1) return [1];
        var period = periodic ? length : length - 1;
        return [.. Enumerable.Range(0, length).Select(n => terms.Select((a, k) => (k % 2 == 0 ? a : -a) * Math.Cos(2 * Math.PI * k * n / period)).Sum())];
    }
}
