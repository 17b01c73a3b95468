using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The middle of pictures; smaller pictures are cut to the shape and made larger.</summary>
[KerasObject("keras.layers")]
public sealed class CenterCrop(int height, int width) : ImageLayer
{
    /// <summary>The height of the result.</summary>
    public int Height { get; } = height > 0 ? height : throw new ArgumentException($"CenterCrop: the height {height} is out of range. Expected a positive number.");

    /// <summary>The width of the result.</summary>
    public int Width { get; } = width > 0 ? width : throw new ArgumentException($"CenterCrop: the width {width} is out of range. Expected a positive number.");

    internal override Variable Transform(Variable x, CallContext c)
    {
        int top = Known(x, 1) - Height, left = Known(x, 2) - Width;
        return top >= 0 && left >= 0 ? x[.., (top / 2)..(top / 2 + Height), (left / 2)..(left / 2 + Width)] : Fit(x, Height, Width, "bilinear");
    }
}
