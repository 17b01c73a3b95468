using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each window of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class MaxPooling2D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public MaxPooling2D(Sizes poolSize) : base(2, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public MaxPooling2D() : this(2) { }

    private protected override bool IsMax => true;
}
