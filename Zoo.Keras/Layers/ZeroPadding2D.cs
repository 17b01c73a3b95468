using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Zeros around the spatial axes of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class ZeroPadding2D : ZeroPadding
{
    /// <summary>Zeros before and after each axis.</summary>
    public ZeroPadding2D(Borders padding) : base(2, padding) { }

    /// <summary>A zero at every border.</summary>
    public ZeroPadding2D() : this(1) { }
}
