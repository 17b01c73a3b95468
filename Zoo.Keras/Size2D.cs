using System.Globalization;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A height and a width; one number stands for both.</summary>
/// <param name="Height">Along the rows.</param>
/// <param name="Width">Along the columns.</param>
public readonly record struct Size2D(int Height, int Width) : IKerasValue<Size2D>
{
    /// <summary>The same number for both.</summary>
    public static implicit operator Size2D(int both) => new(both, both);

    /// <summary>A height and a width.</summary>
    public static implicit operator Size2D((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>The size as TensorFlow's attributes of pictures say it, channels last.</summary>
    internal long[] AsWindow => [1, Height, Width, 1];

    /// <inheritdoc/>
    public object? ToKeras() => new[] { Height, Width };

    /// <inheritdoc/>
    public static Size2D FromKeras(object? value) => value switch
    {
        long both => (int)both,
        List<object?> and [long height, long width] => new Size2D((int)height, (int)width),
        _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{value}' is no size. Expected one whole number or two.")),
    };

    /// <summary>The same size, checked to be positive.</summary>
    /// <exception cref="ArgumentException">A number is not positive.</exception>
    internal Size2D Positive(string where) => Height > 0 && Width > 0 ? this
        : throw new ArgumentException($"{where} {this} is out of range. Expected positive numbers.");

    /// <inheritdoc/>
    public override string ToString() => $"({Height}, {Width})";
}
