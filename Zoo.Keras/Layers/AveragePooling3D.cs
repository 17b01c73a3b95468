using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each window of volumes [batch, depth, height, width, channels]; what padding added does not count.</summary>
[KerasObject("keras.layers")]
public sealed class AveragePooling3D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public AveragePooling3D(Sizes poolSize) : base(3, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public AveragePooling3D() : this(2) { }

    private protected override bool IsMax => false;
}
