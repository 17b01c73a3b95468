using System.Globalization;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Goldens;

/// <summary>Comparisons of one training run, counted.</summary>
sealed class RunChecks(Dictionary<string, object?> info, Dictionary<string, NDArray> data, Model model)
{
    internal int Total { get; private set; }
    internal List<string> Misses { get; } = [];

    internal void Fail(string what)
    {
        Total++;
        Misses.Add(what);
    }

    /// <summary>The arrays of a name: <c>x</c>, or <c>x_a</c>, <c>x_b</c> by key, or <c>x_0</c>, <c>x_1</c> in order; null where there are none.</summary>
    internal static Arrays? Data(Dictionary<string, NDArray> data, string name, string[] keys)
    {
        if (data.TryGetValue(name, out var one)) return one;
        if (Array.TrueForAll(keys, k => data.ContainsKey($"{name}_{k}"))) return keys.ToDictionary(k => k, k => data[$"{name}_{k}"]);
        if (!data.ContainsKey($"{name}_0")) return null;
        return keys.Select((_, i) => data[$"{name}_{i}"]).ToArray();
    }

    internal static Arrays Rows(Arrays all, int at, int count)
    {
        NDArray[] rows = [.. all.Select(a => a.Rows(at, count))];
        return all.Names is { } names ? names.Zip(rows).ToDictionary(p => p.First, p => p.Second) : rows;
    }

    internal void Near(string what, double actual, double expected)
    {
        Total++;
        var (atol, rtol) = (Convert.ToDouble(info["atol"], CultureInfo.InvariantCulture), Convert.ToDouble(info["rtol"], CultureInfo.InvariantCulture));
        if (!(Math.Abs(actual - expected) <= atol + rtol * Math.Abs(expected))) Misses.Add($"{what} is {actual:G7}, not {expected:G7}");
    }

    internal void Near(string what, Arrays actual, Arrays expected)
    {
        for (var i = 0; i < expected.Count; i++)
            Near($"{what} {i}", expected.Names is { } names && actual.Names is not null ? actual[names[i]] : actual[i], expected[i], 1e-3);
    }

    internal void Weights(string name, double tolerance)
    {
        for (var i = 0; i < model.Weights.Count; i++) Near($"{name}_{i} ({model.Weights[i].Path})", model.Weights[i].Value, data[$"{name}_{i}"], tolerance);
    }

    void Near(string what, NDArray actual, NDArray expected, double tolerance)
    {
        Total++;
        if (actual.Shape != expected.Shape)
        {
            Misses.Add($"{what} has shape {actual.Shape}, not {expected.Shape}");
            return;
        }
        var worst = Enumerable.Range(0, expected.Count).Max(i => Math.Abs(actual.Number(i) - expected.Number(i)) / Math.Max(1, Math.Abs(expected.Number(i))));
        if (!(worst <= tolerance)) Misses.Add($"{what} differs by {worst:G3}, more than {tolerance:G3}");
    }
}
