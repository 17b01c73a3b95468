using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The borders cut off the spatial axes of volumes [batch, depth, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class Cropping3D : CroppingLayer
{
    /// <summary>Entries before and after each axis.</summary>
    public Cropping3D(Borders cropping) : base(3, cropping) { }

    /// <summary>One entry at every border.</summary>
    public Cropping3D() : this(1) { }

    /// <summary>How many entries are cut before and after each axis.</summary>
    public Borders Cropping => Borders;
}
