using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The borders cut off the spatial axes of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class Cropping2D : CroppingLayer
{
    /// <summary>Entries before and after each axis.</summary>
    public Cropping2D(Borders cropping) : base(2, cropping) { }

    /// <summary>Nothing is cut.</summary>
    public Cropping2D() : this(0) { }

    /// <summary>How many entries are cut before and after each axis.</summary>
    public Borders Cropping => Borders;
}
