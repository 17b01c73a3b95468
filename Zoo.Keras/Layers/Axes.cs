using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>One axis for both of two inputs, or one for each.</summary>
/// <param name="First">The axis of the first input.</param>
/// <param name="Second">The axis of the second.</param>
public readonly record struct Axes(int First, int Second) : IKerasValue<Axes>
{
    bool IsOne { get; init; }

    /// <summary>One axis for both.</summary>
    public static implicit operator Axes(int axis) => new(axis, axis) { IsOne = true };

    /// <summary>An axis for each.</summary>
    public static implicit operator Axes((int First, int Second) axes) => new(axes.First, axes.Second);

    /// <inheritdoc/>
    public object? ToKeras() => IsOne ? First : new[] { First, Second };

    /// <inheritdoc/>
    public static Axes FromKeras(object? value) => value switch
    {
        long axis => (int)axis,
        List<object?> and [long first, long second] => new Axes((int)first, (int)second),
        _ => throw new ArgumentException($"'{value}' are no axes. Expected one whole number or two."),
    };
}
