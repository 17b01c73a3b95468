using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Zeros around the spatial axes of sequences [batch, steps, channels].</summary>
[KerasObject("keras.layers")]
public sealed class ZeroPadding1D : ZeroPadding
{
    /// <summary>Zeros before and after each axis.</summary>
    public ZeroPadding1D(Borders padding) : base(1, padding) { }

    /// <summary>A zero at every border.</summary>
    public ZeroPadding1D() : this(1) { }
}
