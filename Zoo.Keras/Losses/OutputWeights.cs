using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>The weights of losses: one an output in order (<c>[1, 0.3]</c>), or by the outputs' names (<c>new() { ["aux"] = 0.3 }</c>).</summary>
[CollectionBuilder(typeof(OutputWeights), nameof(Create))]
public sealed class OutputWeights : IKerasValue<OutputWeights>, IEnumerable<double>
{
    readonly List<double> list = [];
    readonly Dictionary<string, double>? named;

    /// <summary>Weights by name, to be filled.</summary>
    public OutputWeights() => named = [];

    OutputWeights(IEnumerable<double> values) => list = [.. values];

    /// <summary>The weight of the output with a name.</summary>
    public double this[string output]
    {
        get => (named ?? [])[output];
        set => (named ?? throw new InvalidOperationException($"loss weights: these are given in order, '{output}' cannot be added by name. Start with new OutputWeights().")).Add(output, value);
    }

    /// <summary>Weights in the order of the outputs.</summary>
    public static OutputWeights Create(ReadOnlySpan<double> values) => new(values.ToArray());

    /// <summary>The weight of each output.</summary>
    internal double[] For(IReadOnlyList<string> outputs)
    {
        if (named is null) return list.Count == outputs.Count ? [.. list] : throw new ArgumentException($"Compile: {list.Count} loss weights were given. Expected one for each of {outputs.Count} outputs: {string.Join(", ", outputs)}.");
        OutputNames.Check(named.Keys, outputs, "loss weights");
        return [.. outputs.Select(o => named.GetValueOrDefault(o, 1))];
    }

    /// <inheritdoc/>
    public object? ToKeras() => named is null ? list.ConvertAll(w => (object?)w) : named.ToDictionary(n => n.Key, n => (object?)n.Value);

    /// <inheritdoc/>
    public static OutputWeights FromKeras(object? value)
    {
        static double Number(object? v) => Convert.ToDouble(v, CultureInfo.InvariantCulture);
        if (value is List<object?> items) return new(items.Select(Number));
        if (value is not Dictionary<string, object?> map) return new([Number(value)]);
        var weights = new OutputWeights();
        foreach (var (name, one) in map) weights[name] = Number(one);
        return weights;
    }

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => (named is null ? list : (IEnumerable<double>)named.Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
