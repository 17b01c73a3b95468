using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The largest value of each window of pictures [batch, height, width, channels].</summary>
[KerasObject("keras.layers")]
public sealed class MaxPooling2D(int poolSize = 2) : Layer
{
    /// <summary>Height and width of the windows, and the step between them.</summary>
    public int PoolSize { get; } = poolSize > 0 ? poolSize : throw new ArgumentException($"MaxPooling2D: a pool of size {poolSize} was asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.MaxPool(x, PoolSize, PoolSize);
}
