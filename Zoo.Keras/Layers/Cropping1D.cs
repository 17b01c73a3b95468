using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The borders cut off the spatial axes of sequences [batch, steps, channels].</summary>
[KerasObject("keras.layers"), KerasOmit("data_format")]
public sealed class Cropping1D : CroppingLayer
{
    /// <summary>Entries before and after each axis.</summary>
    public Cropping1D(Borders cropping) : base(1, cropping) { }

    /// <summary>One entry at every border.</summary>
    public Cropping1D() : this((1, 1)) { }

    /// <summary>How many entries are cut before and after each axis.</summary>
    public Borders Cropping => Borders;
}
