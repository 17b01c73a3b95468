using System.Globalization;
using System.Text.RegularExpressions;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Goldens;

/// <summary>Comparisons of one training run, each with its tolerance.</summary>
/// <param name="atol">The model's absolute tolerance of losses.</param>
/// <param name="rtol">The relative one.</param>
/// <param name="data">Keras' numbers.</param>
/// <param name="model">The model.</param>
sealed partial class RunChecks(object? atol, object? rtol, Dictionary<string, NDArray> data, Model model)
{
    internal sealed record Check(string Name, NDArray? Actual, NDArray? Expected, double Tolerance, double Deviation, bool IsAbsolute)
    {
        internal string Kind => KindOf().Replace(Name, "");

        internal bool Holds => Deviation <= Tolerance;

        internal string Text => Expected!.Shape.Rank == 0 ? FormattableString.Invariant($"{Name} is {Actual!.Number(0):G7}, not {Expected.Number(0):G7}") : FormattableString.Invariant($"{Name} differs by {Deviation:G3}, tolerance {Tolerance:G3}");
    }

    readonly List<Check> all = [];

    internal IReadOnlyList<Check> All => all;

    /// <summary>Checks within the goldens' own tolerance.</summary>
    internal int Passed => all.Count(c => c.Holds);

    /// <summary>Of each kind of number the largest deviation beside its tolerance.</summary>
    internal string Table => string.Join(", ", all.Where(c => c.Actual is not null).GroupBy(c => c.Kind).Select(k => k.MaxBy(c => c.Deviation / c.Tolerance)!).Select(c => FormattableString.Invariant($"{c.Kind} {c.Deviation:G2} of {c.Tolerance:G2}")));

    internal void Fail(string what) => all.Add(new(what, null, null, 0, double.NaN, true));

    /// <summary>The arrays of a name: <c>x</c>, or <c>x_a</c>, <c>x_b</c> by key, or <c>x_0</c>, <c>x_1</c> in order; null where there are none.</summary>
    internal static Arrays? Data(Dictionary<string, NDArray> data, string name, string[] keys)
    {
        if (data.TryGetValue(name, out var one)) return one;
        if (Array.TrueForAll(keys, k => data.ContainsKey($"{name}_{k}"))) return keys.ToDictionary(k => k, k => data[$"{name}_{k}"]);
        if (!data.ContainsKey($"{name}_0")) return null;
        return keys.Select((_, i) => data[$"{name}_{i}"]).ToArray();
    }

    internal void Near(string what, double actual, double expected)
    {
        var tolerance = Convert.ToDouble(atol, CultureInfo.InvariantCulture) + Convert.ToDouble(rtol, CultureInfo.InvariantCulture) * Math.Abs(expected);
        Near(what, NDArray.Scalar(actual, DType.Float64), NDArray.Scalar(expected, DType.Float64), tolerance, absolute: true);
    }

    internal void Logs(string what, Logs actual, GoldenRun.Map expected)
    {
        foreach (var key in expected.Keys) Near($"{what} {key}", actual.GetValueOrDefault(key, double.NaN), expected.Real(key)!.Value);
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
        if (actual.Shape != expected.Shape) Fail($"{what} has shape {actual.Shape}, not {expected.Shape}");
        else all.Add(new(what, actual.Clone(), expected, tolerance, Largest(actual, expected, expected, absolute), absolute));
    }

    /// <summary>The largest difference of elements, relative to what is expected where that is above 1.</summary>
    internal static double Largest(NDArray a, NDArray b, NDArray expected, bool absolute) =>
        Enumerable.Range(0, expected.Count).Max(i => Math.Abs(a.Number(i) - b.Number(i)) / (absolute ? 1 : Math.Max(1, Math.Abs(expected.Number(i)))));

    /// <summary>The parts of a name that tell numbers of one kind apart: which step, epoch or weight.</summary>
    [GeneratedRegex(@"^step \d+ |^epoch \d+ |_\d+ \(.*\)$| \d+$")]
    private static partial Regex KindOf();
}
