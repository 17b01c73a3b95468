using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>
/// The metrics of a model: a list for its only output (<c>["accuracy", new TopK(3)]</c>), one an output in order, or lists by the outputs' names
/// (<c>new() { ["a"] = ["accuracy"], ["b"] = ["mae"] }</c>).
/// </summary>
[CollectionBuilder(typeof(OutputMetrics), nameof(Create))]
public sealed class OutputMetrics : IKerasValue<OutputMetrics>, IEnumerable<MetricFunction>
{
    readonly List<MetricFunction>? flat;
    readonly List<MetricFunction[]>? nested;
    readonly Dictionary<string, MetricFunction[]>? named;

    /// <summary>Metrics by name, to be filled.</summary>
    public OutputMetrics() => named = [];

    OutputMetrics(List<MetricFunction>? flat, List<MetricFunction[]>? nested) => (this.flat, this.nested) = (flat, nested);

    /// <summary>The metrics of the output with a name.</summary>
    public MetricFunction[] this[string output]
    {
        get => (named ?? [])[output];
        set => (named ?? throw new InvalidOperationException($"metrics: these are given in order, '{output}' cannot be added by name. Start with new OutputMetrics().")).Add(output, value);
    }

    /// <summary>Metrics of the only output, or one an output.</summary>
    public static OutputMetrics Create(ReadOnlySpan<MetricFunction> values) => new([.. values], null);

    /// <summary>The metrics of each output.</summary>
    internal MetricFunction[][] For(IReadOnlyList<string> outputs)
    {
        if (flat is { Count: 0 }) return [.. outputs.Select(_ => Array.Empty<MetricFunction>())];
        if (flat is not null && outputs.Count == 1) return [[.. flat]];
        if (flat is not null || nested is not null)
        {
            MetricFunction[][] each = flat is not null ? [.. flat.Select(m => new[] { m })] : [.. nested!];
            return each.Length == outputs.Count ? each
                : throw new ArgumentException($"Compile: {each.Length} metrics were given for {outputs.Count} outputs. Expected one for each of {string.Join(", ", outputs)}, or lists by name: new() {{ [\"{outputs[0]}\"] = [\"accuracy\"] }}.");
        }
        OutputNames.Check(named!.Keys, outputs, "metrics");
        return [.. outputs.Select(o => named.GetValueOrDefault(o, []))];
    }

    /// <inheritdoc/>
    public object? ToKeras() => flat is not null ? Written(flat) : nested is not null ? nested.ConvertAll(n => (object?)Written(n)) : named!.ToDictionary(n => n.Key, n => (object?)Written(n.Value));

    /// <inheritdoc/>
    public static OutputMetrics FromKeras(object? value)
    {
        switch (OutputNames.Described<Metric>(value))
        {
            case List<object?> items when items.Exists(i => i is List<object?>): return new(null, [.. items.Select(Read)]);
            case Dictionary<string, object?> map:
                var metrics = new OutputMetrics();
                foreach (var (name, one) in map) metrics[name] = Read(one);
                return metrics;
            case var other: return new([.. Read(other)], null);
        }
    }

    static List<object?> Written(IEnumerable<MetricFunction> metrics) => [.. metrics.Select(m => m.ToKeras())];

    static MetricFunction[] Read(object? value) => value switch
    {
        null => [],
        List<object?> items => [.. items.Where(i => i is not null).Select(i => MetricFunction.FromKeras(OutputNames.Described<Metric>(i)))],
        _ => [MetricFunction.FromKeras(OutputNames.Described<Metric>(value))],
    };

    /// <inheritdoc/>
    public IEnumerator<MetricFunction> GetEnumerator() => (flat ?? (nested is not null ? nested.SelectMany(n => n) : named!.Values.SelectMany(n => n))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
