using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>All zeros.</summary>
[KerasObject("keras.initializers")]
public sealed class Zeros : Initializer
{
    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed) => NDArray.Zeros(shape, dtype);
}

/// <summary>All ones.</summary>
[KerasObject("keras.initializers")]
public sealed class Ones : Initializer
{
    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed) => NDArray.Full(shape, 1, dtype);
}

/// <summary>One number everywhere.</summary>
[KerasObject("keras.initializers")]
public sealed class Constant(double value = 0) : Initializer
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed) => NDArray.Full(shape, Value, dtype);
}
