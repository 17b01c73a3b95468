using System.Globalization;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>From where to where something random may lie: two numbers, or one that stands for −x to x, or 0 to x where negative numbers have no meaning.</summary>
/// <param name="Low">The least.</param>
/// <param name="High">The most.</param>
public readonly record struct Factor(double Low, double High) : IKerasValue<Factor>
{
    bool IsOne { get; init; }

    /// <summary>One number.</summary>
    public static implicit operator Factor(double both) => new(both, both) { IsOne = true };

    /// <summary>The least and the most.</summary>
    public static implicit operator Factor((double Low, double High) range) => new(range.Low, range.High);

    /// <summary>The two numbers in order, checked.</summary>
    /// <exception cref="ArgumentException">A number is out of bounds.</exception>
    internal Factor Within(double least, double most, string where, bool mirrored = true)
    {
        foreach (var number in (double[])[Low, High])
            if (!(number >= least && number <= most)) throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{where} {this} is out of range. Expected a number, or two, from {least} to {most}."));
        return IsOne ? new(mirrored ? Math.Max(-Math.Abs(High), least) : 0, Math.Abs(High)) : new(Math.Min(Low, High), Math.Max(Low, High));
    }

    /// <inheritdoc/>
    public object? ToKeras() => IsOne ? High : new[] { Low, High };

    /// <inheritdoc/>
    public static Factor FromKeras(object? value) => value switch
    {
        long or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        List<object?> and [long or double, long or double] and var list => (Convert.ToDouble(list[0], CultureInfo.InvariantCulture), Convert.ToDouble(list[1], CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"'{value}' is no range. Expected a number or two."),
    };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({(IsOne ? $"{High}" : $"{Low}, {High}")})");
}
