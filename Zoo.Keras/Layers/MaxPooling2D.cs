using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The largest value of each window of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class MaxPooling2D : Pooling2D
{
    /// <summary>Windows of a size, by default 2 by 2.</summary>
    public MaxPooling2D(Sizes poolSize) : base(poolSize) { }

    /// <summary>Windows of 2 by 2.</summary>
    public MaxPooling2D() : this(2) { }

    private protected override Op Pool => PoolOps.MaxPool;
}
