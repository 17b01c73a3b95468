using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Uniform within ±√(6 / (fan in + fan out)): Glorot and Bengio, 2010.</summary>
[KerasObject("keras.initializers")]
public sealed class GlorotUniform : Initializer
{
    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        var (fanIn, fanOut) = Fans(shape);
        var limit = Math.Sqrt(6 / (fanIn + fanOut));
        var random = new SplitMix(seed);
        var value = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < value.Count; i++) value.SetNumber(i, (random.NextDouble() * 2 - 1) * limit);
        return value;
    }
}
