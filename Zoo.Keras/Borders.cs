using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Widths before and after each spatial axis: of a padding, of what is cropped. One number stands for all borders, one a axis for both its sides.</summary>
public readonly struct Borders : IKerasValue<Borders>
{
    readonly int[][]? widths;

    Borders(params int[][] widths) => this.widths = widths;

    /// <summary>The widths before and after a spatial axis, the first being 0.</summary>
    public (int Before, int After) this[int axis] => (widths![axis][0], widths[axis][^1]);

    /// <summary>The same width at every border.</summary>
    public static implicit operator Borders(int all) => new([all]);

    /// <summary>Before and after the only axis; with two axes the widths of both sides of each.</summary>
    public static implicit operator Borders((int, int) sizes) => new([sizes.Item1], [sizes.Item2]);

    /// <summary>The widths of both sides of three axes.</summary>
    public static implicit operator Borders((int, int, int) sizes) => new([sizes.Item1], [sizes.Item2], [sizes.Item3]);

    /// <summary>Before and after each of two axes.</summary>
    public static implicit operator Borders(((int, int) First, (int, int) Second) sizes) => new([sizes.First.Item1, sizes.First.Item2], [sizes.Second.Item1, sizes.Second.Item2]);

    /// <summary>Before and after each of three axes.</summary>
    public static implicit operator Borders(((int, int) First, (int, int) Second, (int, int) Third) sizes) =>
        new([sizes.First.Item1, sizes.First.Item2], [sizes.Second.Item1, sizes.Second.Item2], [sizes.Third.Item1, sizes.Third.Item2]);

    /// <summary>The widths for some axes, checked.</summary>
    /// <exception cref="ArgumentException">There are more or fewer, or one is negative.</exception>
    internal Borders For(int axes, string where)
    {
        int[][] all = widths switch
        {
            [[var one]] => [.. Enumerable.Repeat<int[]>([one, one], axes)],
            [[var before], [var after]] when axes == 1 => [[before, after]],
            { } several => [.. several.Select(w => w.Length == 1 ? [w[0], w[0]] : w)],
            null => [],
        };
        return all.Length == axes && all.All(w => w is [>= 0, >= 0]) ? new(all)
            : throw new ArgumentException($"{where} {this} is out of range. Expected one number, {(axes == 1 ? "or two: before and after" : $"{axes}, or {axes} pairs")}; none negative.");
    }

    /// <inheritdoc/>
    public object? ToKeras() => widths is [var one] ? one : widths;

    /// <inheritdoc/>
    public static Borders FromKeras(object? value) => value switch
    {
        long all => (int)all,
        List<object?> { Count: > 0 } list => new Borders([.. list.Select(Width)]),
        _ => throw new ArgumentException($"'{value}' are no widths. Expected a whole number or a list of some."),
    };

    static int[] Width(object? item) => item switch
    {
        long width => [(int)width],
        List<object?> and [long before, long after] => [(int)before, (int)after],
        _ => throw new ArgumentException($"'{item}' is no width. Expected a whole number or two."),
    };

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", (widths ?? []).Select(w => w.Length == 1 ? $"{w[0]}" : $"({w[0]}, {w[1]})"))})";
}
