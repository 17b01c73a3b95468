using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The identity matrix, times a gain; of a matrix that is not square, its diagonal.</summary>
/// <param name="gain">The factor; null for 1, which Keras does not store.</param>
[KerasObject("keras.initializers")]
public sealed class Identity(double? gain = null) : Initializer
{
    /// <summary>The factor; null for 1.</summary>
    [KerasOptional]
    public double? Gain { get; } = gain;

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        if (shape.Rank != 2) throw new ShapeException($"Identity: a weight of shape {shape} was asked for. Expected a matrix.") { Actual = shape };
        var value = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < Math.Min(shape[0], shape[1]); i++) value.SetNumber((int)(i * shape[1] + i), Gain ?? 1);
        return value;
    }
}
