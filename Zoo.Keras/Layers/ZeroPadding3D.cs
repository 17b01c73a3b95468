using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Zeros around the spatial axes of volumes [batch, depth, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class ZeroPadding3D : ZeroPadding
{
    /// <summary>Zeros before and after each axis.</summary>
    public ZeroPadding3D(Borders padding) : base(3, padding) { }

    /// <summary>A zero at every border.</summary>
    public ZeroPadding3D() : this(1) { }
}
