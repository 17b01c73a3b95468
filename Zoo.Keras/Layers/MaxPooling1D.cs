using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each window of sequences [batch, steps, channels].</summary>
[KerasObject("keras.layers")]
public sealed class MaxPooling1D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public MaxPooling1D(Sizes poolSize) : base(1, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public MaxPooling1D() : this(2) { }

    private protected override bool IsMax => true;
}
