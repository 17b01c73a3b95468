namespace Zoo.Keras;

/// <summary>Lengths of runs of words: up to a number, or just some.</summary>
public readonly record struct NGrams : IKerasValue<NGrams>
{
    readonly int most;
    readonly int[]? several;

    NGrams(int most, int[]? several) => (this.most, this.several) = (most, several);

    /// <summary>The lengths.</summary>
    public long[] Widths => several is null ? [.. Enumerable.Range(1, most).Select(i => (long)i)] : [.. several.Select(i => (long)i)];

    /// <summary>All lengths from 1 up to a number.</summary>
    public static implicit operator NGrams(int most) => new(most, null);

    /// <summary>Just these lengths.</summary>
    public static implicit operator NGrams(int[] lengths) => new(0, lengths);

    /// <inheritdoc/>
    public object? ToKeras() => several is null ? most : several;

    /// <inheritdoc/>
    public static NGrams FromKeras(object? value) => value switch
    {
        long most => (int)most,
        List<object?> lengths when lengths.TrueForAll(l => l is long) => lengths.Select(l => (int)(long)l!).ToArray(),
        _ => throw new ArgumentException($"'{value}' are no lengths. Expected a whole number or a list of them."),
    };
}
