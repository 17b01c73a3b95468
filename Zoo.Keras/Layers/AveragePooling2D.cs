using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each window of pictures [batch, height, width, channels]; what padding added does not count.</summary>
[KerasObject("keras.layers")]
public sealed class AveragePooling2D : Pooling2D
{
    /// <summary>Windows of a size.</summary>
    public AveragePooling2D(Sizes poolSize) : base(poolSize) { }

    /// <summary>Windows of 2 by 2.</summary>
    public AveragePooling2D() : this(2) { }

    private protected override Op Pool => PoolOps.AvgPool;
}
