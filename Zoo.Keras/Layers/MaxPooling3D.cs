using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each window of volumes [batch, depth, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class MaxPooling3D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public MaxPooling3D(Sizes poolSize) : base(3, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public MaxPooling3D() : this(2) { }

    private protected override bool IsMax => true;
}
