using System.Globalization;

namespace Zoo.Keras.Metrics;

/// <summary>One threshold or several, from 0 to 1; by default none is named. A file holds what was given.</summary>
public readonly record struct Thresholds : IKerasValue<Thresholds>
{
    readonly double[]? values;
    readonly bool one;

    Thresholds(double[] values, bool one)
    {
        if (Array.Find(values, v => v is < 0 or > 1 or double.NaN) is var bad && Array.Exists(values, v => v is < 0 or > 1 or double.NaN))
            throw new ArgumentException($"thresholds: {bad} is out of range. Expected numbers from 0 to 1.");
        (this.values, this.one) = (values, one);
    }

    /// <summary>The thresholds, or null.</summary>
    public IReadOnlyList<double>? Values => values;

    /// <summary>One threshold.</summary>
    public static implicit operator Thresholds(double value) => new([value], true);

    /// <summary>Several thresholds.</summary>
    public static implicit operator Thresholds(double[] values) => new(values, false);

    /// <inheritdoc/>
    public object? ToKeras() => one ? values![0] : values;

    /// <inheritdoc/>
    public static Thresholds FromKeras(object? value) => value switch
    {
        null => default,
        double or long => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        List<object?> all when all.TrueForAll(v => v is double or long) => all.Select(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)).ToArray(),
        _ => throw new ArgumentException($"'{value}' are no thresholds. Expected a number or a list of numbers."),
    };
}
