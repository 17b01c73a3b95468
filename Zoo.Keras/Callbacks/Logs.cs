using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Zoo.Keras;

/// <summary>
/// What a callback is told: <c>loss</c> and the metrics by name. Nothing is computed or copied until the first value is asked for. A callback
/// may add values, which later callbacks and <see cref="History"/> see. The object is used again for the next batch: keep values, not the object.
/// </summary>
public sealed class Logs : IReadOnlyDictionary<string, double>
{
    readonly Dictionary<string, double> values = [];
    readonly Action<Logs>? source;
    bool current;

    /// <summary>Empty logs.</summary>
    public Logs() => current = true;

    /// <summary>Logs that <paramref name="source"/> fills when the first value is asked for.</summary>
    internal Logs(Action<Logs> source) => this.source = source;

    /// <summary>A value by name; a callback may set one.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name; the message lists all.</exception>
    public double this[string key]
    {
        get => Values().TryGetValue(key, out var value) ? value
            : throw new KeyNotFoundException($"logs: there is no '{key}'. Expected one of {string.Join(", ", values.Keys)}. Name a metric in Compile, or give validation data for names with val_.");
        set => Values()[key] = value;
    }

    /// <inheritdoc/>
    public int Count => Values().Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => Values().Keys;

    IEnumerable<double> IReadOnlyDictionary<string, double>.Values => Values().Values;

    /// <inheritdoc/>
    public bool ContainsKey(string key) => Values().ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) => Values().TryGetValue(key, out value);

    /// <summary>The first two values: <c>var (loss, accuracy) = model.Evaluate(x, y);</c></summary>
    public void Deconstruct(out double first, out double second) => (first, second) = (At(0), At(1));

    /// <summary>The first three values.</summary>
    public void Deconstruct(out double first, out double second, out double third) => (first, second, third) = (At(0), At(1), At(2));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => Values().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The values with their names, for reading: <c>loss 0.0312, accuracy 0.9892</c>.</summary>
    public override string ToString() => string.Join(", ", Values().Select(v => $"{v.Key} {v.Value.ToString("G5", CultureInfo.InvariantCulture)}"));

    double At(int index) => index < Count ? Values().ElementAt(index).Value
        : throw new InvalidOperationException($"logs: there are {Count} values: {string.Join(", ", Keys)}. Expected at least {index + 1}. Name metrics in Compile.");

    /// <summary>Forgets the values: a step has been made since.</summary>
    internal void Renew() => current = source is null;

    Dictionary<string, double> Values()
    {
        if (current) return values;
        current = true;
        values.Clear();
        source!(this);
        return values;
    }
}
