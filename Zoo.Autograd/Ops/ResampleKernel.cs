namespace Zoo.Autograd.Ops;

/// <summary>Kernels of resampling by TensorFlow's names: a radius, and the weight at a distance.</summary>
internal static class ResampleKernel
{
    static readonly Dictionary<string, (float Radius, Func<float, float> Weight)> known = new()
    {
        ["lanczos1"] = (1, x => Lanczos(x, 1)),
        ["lanczos3"] = (3, x => Lanczos(x, 3)),
        ["lanczos5"] = (5, x => Lanczos(x, 5)),
        ["gaussian"] = (1.5f, x => x >= 1.5f ? 0 : MathF.Exp(-2 * x * x)),
        ["box"] = (0.5f, x => x < 0.5f ? 1 : x == 0.5f ? 0.5f : 0),
        ["triangle"] = (1, x => Math.Max(0, 1 - x)),
        ["keyscubic"] = (2, x => x >= 2 ? 0 : x >= 1 ? ((-0.5f * x + 2.5f) * x - 4) * x + 2 : (1.5f * x - 2.5f) * x * x + 1),
        ["mitchellcubic"] = (2, x => x >= 2 ? 0 : x >= 1 ? ((-7 / 18f * x + 2) * x - 10 / 3f) * x + 16 / 9f : (7 / 6f * x - 2) * x * x + 8 / 9f),
    };

    /// <summary>Whether there is a kernel with a name.</summary>
    internal static bool Knows(string name) => known.ContainsKey(name);

    internal static string Names => string.Join(", ", known.Keys);

    internal static (float Radius, Func<float, float> Weight) Find(string name) => known[name];

    static float Lanczos(float x, float radius)
    {
        if (x > radius) return 0;
        var at = MathF.PI * x;
        return x <= 1e-3f ? 1 : radius * MathF.Sin(at) * MathF.Sin(at / radius) / (at * at);
    }
}
