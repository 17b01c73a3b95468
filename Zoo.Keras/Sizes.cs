using System.Globalization;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A number for each spatial axis of an input, such as a height and a width; one number stands for all axes.</summary>
public readonly struct Sizes : IKerasValue<Sizes>, IEquatable<Sizes>
{
    readonly int[]? values;

    Sizes(params int[] values) => this.values = values;

    /// <summary>The number of an axis: 0 is the first spatial one.</summary>
    public int this[int axis] => values![axis];

    /// <summary>How many numbers there are.</summary>
    public int Count => values?.Length ?? 0;

    /// <summary>The same number for every axis.</summary>
    public static implicit operator Sizes(int all) => new(all);

    /// <summary>Numbers for two axes: rows, columns.</summary>
    public static implicit operator Sizes((int, int) sizes) => new(sizes.Item1, sizes.Item2);

    /// <summary>Numbers for three axes.</summary>
    public static implicit operator Sizes((int, int, int) sizes) => new(sizes.Item1, sizes.Item2, sizes.Item3);

    /// <summary>A number for each axis.</summary>
    public static implicit operator Sizes(int[] sizes) => new([.. sizes]);

    /// <summary>The numbers as attributes of ops have them.</summary>
    internal long[] Longs => Array.ConvertAll(values ?? [], v => (long)v);

    /// <summary>The numbers for some axes, checked.</summary>
    /// <exception cref="ArgumentException">There are more or fewer, or one is too small.</exception>
    internal Sizes For(int axes, string where, int least = 1)
    {
        var all = new int[axes];
        var fits = values?.Length == axes || values?.Length == 1;
        for (var i = 0; fits && i < axes; i++) fits = (all[i] = values![values.Length == 1 ? 0 : i]) >= least;
        return fits ? new(all)
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{where} {this} is out of range. Expected one number or {axes}, each at least {least}."));
    }

    /// <inheritdoc/>
    public object? ToKeras() => values;

    /// <inheritdoc/>
    public static Sizes FromKeras(object? value) => value switch
    {
        long all => (int)all,
        List<object?> list when list.Count > 0 && list.TrueForAll(v => v is long) => list.Select(v => (int)(long)v!).ToArray(),
        _ => throw new ArgumentException($"'{value}' are no sizes. Expected a whole number or a list of some."),
    };

    /// <inheritdoc/>
    public bool Equals(Sizes other) => (values ?? []).AsSpan().SequenceEqual(other.values ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Sizes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (values ?? []).Aggregate(17, HashCode.Combine);

    /// <summary>Whether the numbers are equal.</summary>
    public static bool operator ==(Sizes left, Sizes right) => left.Equals(right);

    /// <summary>Whether a number differs.</summary>
    public static bool operator !=(Sizes left, Sizes right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", values ?? [])})";
}
