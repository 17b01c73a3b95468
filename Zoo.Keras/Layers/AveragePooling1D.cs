using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each window of sequences [batch, steps, channels]; what padding added does not count.</summary>
[KerasObject("keras.layers")]
public sealed class AveragePooling1D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public AveragePooling1D(Sizes poolSize) : base(1, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public AveragePooling1D() : this(2) { }

    private protected override bool IsMax => false;
}
