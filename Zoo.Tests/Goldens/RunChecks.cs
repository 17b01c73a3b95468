using System.Globalization;
using System.Text.RegularExpressions;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Goldens;

/// <summary>Comparisons of one training run, counted.</summary>
/// <param name="info">The model's entry in models.json.</param>
/// <param name="data">Its numbers.</param>
/// <param name="model">The model.</param>
/// <param name="other">The same run with other rounding of gradients that are zero without it; what it changes is added to the tolerance.</param>
sealed partial class RunChecks(Dictionary<string, object?> info, Dictionary<string, NDArray> data, Model model, RunChecks? other)
{
    readonly Dictionary<string, NDArray> seen = [];
    readonly Dictionary<string, (double Deviation, double Tolerance, double Noise)> worst = [];

    internal int Total { get; private set; }
    internal List<string> Misses { get; } = [];

    /// <summary>Checks beyond the goldens' own tolerance, whatever rounding changes: what is reported.</summary>
    internal int Beyond { get; private set; }

    /// <summary>Of each kind of number the largest deviation, its tolerance, and what rounding alone changes there.</summary>
    internal IEnumerable<string> Table => worst.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Key} {w.Value.Deviation:G2} of {w.Value.Tolerance:G2}{(w.Value.Noise > 0 ? $" + {w.Value.Noise:G2}" : "")}"));

    internal void Fail(string what)
    {
        Total++;
        Beyond++;
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
        var (atol, rtol) = (Convert.ToDouble(info["atol"], CultureInfo.InvariantCulture), Convert.ToDouble(info["rtol"], CultureInfo.InvariantCulture));
        Near(what, NDArray.Scalar(actual, DType.Float64), NDArray.Scalar(expected, DType.Float64), atol + rtol * Math.Abs(expected), absolute: true);
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

    void Near(string what, NDArray actual, NDArray expected, double tolerance, bool absolute = false)
    {
        Total++;
        seen[what] = actual.Clone();
        if (actual.Shape != expected.Shape)
        {
            Beyond++;
            Misses.Add($"{what} has shape {actual.Shape}, not {expected.Shape}");
            return;
        }
        var deviation = Largest(actual, expected);
        var noise = other is not null && other.seen.TryGetValue(what, out var also) ? Largest(actual, also) : 0;
        if (!(deviation <= tolerance)) Beyond++;
        if (!(deviation <= tolerance + noise)) Misses.Add(expected.Shape.Rank == 0 ? $"{what} is {actual.Number(0):G7}, not {expected.Number(0):G7}" : $"{what} differs by {deviation:G3}, more than {tolerance:G3} + {noise:G3}");
        var kind = Kind().Replace(what, "");
        if (!worst.TryGetValue(kind, out var before) || deviation / (tolerance + noise) > before.Deviation / (before.Tolerance + before.Noise)) worst[kind] = (deviation, tolerance, noise);

        double Largest(NDArray a, NDArray b) => Enumerable.Range(0, expected.Count).Max(i => Math.Abs(a.Number(i) - b.Number(i)) / (absolute ? 1 : Math.Max(1, Math.Abs(expected.Number(i)))));
    }

    /// <summary>The parts of a name that tell numbers of one kind apart: which step, epoch or weight.</summary>
    [GeneratedRegex(@"^step \d+ |^epoch \d+ |_\d+ \(.*\)$| \d+$")]
    private static partial Regex Kind();
}
