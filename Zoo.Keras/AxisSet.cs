namespace Zoo.Keras;

/// <summary>One axis or several, by number; a file holds what was given: a number or a list.</summary>
public readonly record struct AxisSet : IKerasValue<AxisSet>
{
    readonly int one;
    readonly int[]? several;

    AxisSet(int one, int[]? several) => (this.one, this.several) = (one, several);

    /// <summary>The axes.</summary>
    public int[] Axes => several ?? [one];

    /// <summary>One axis.</summary>
    public static implicit operator AxisSet(int axis) => new(axis, null);

    /// <summary>Several axes.</summary>
    public static implicit operator AxisSet(int[] axes) => new(0, axes);

    /// <inheritdoc/>
    public object? ToKeras() => several is null ? one : several;

    /// <inheritdoc/>
    public static AxisSet FromKeras(object? value) => value switch
    {
        long axis => (int)axis,
        List<object?> axes when axes.TrueForAll(a => a is long) => axes.Select(a => (int)(long)a!).ToArray(),
        _ => throw new ArgumentException($"'{value}' are no axes. Expected a whole number or a list of them."),
    };

    /// <inheritdoc/>
    public bool Equals(AxisSet other) => Axes.SequenceEqual(other.Axes);

    /// <inheritdoc/>
    public override int GetHashCode() => Axes.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Axes);
}
