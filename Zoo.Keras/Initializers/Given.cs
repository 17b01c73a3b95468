namespace Zoo.Keras;

/// <summary>A value that is at hand, such as vectors of words. In files it stands as zeros, for the value comes with the weights.</summary>
internal sealed class Given(NDArray value, Initializer? described = null) : Initializer, IKerasValue<Given>
{
    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed) => value.Shape == shape ? value.Cast(dtype)
        : throw new ShapeException($"the given value has shape {value.Shape}. Expected {shape}.") { Expected = shape, Actual = value.Shape };

    /// <inheritdoc/>
    public object? ToKeras() => described ?? Zeros;

    /// <inheritdoc/>
    public static Given FromKeras(object? value) => throw new ArgumentException("a file holds no such initializer. Expected one of Keras'.");
}
