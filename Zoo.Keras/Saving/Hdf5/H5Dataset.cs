namespace Zoo.Keras.Saving;

/// <summary>An array in an HDF5 file; its elements are read when they are asked for.</summary>
sealed class H5Dataset : H5Node
{
    readonly Func<NDArray> read;

    /// <summary>A dataset to be written.</summary>
    public H5Dataset(NDArray value)
    {
        (Shape, DType) = (value.Shape, value.DType);
        read = () => value;
    }

    internal H5Dataset(Shape shape, DType dtype, Func<NDArray> read) => (Shape, DType, this.read) = (shape, dtype, read);

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements; <see cref="DType.Invalid"/> where this library has none for them.</summary>
    public DType DType { get; }

    /// <summary>The elements.</summary>
    /// <exception cref="ModelFileException">They are truncated, of an unknown type or packed by an unknown filter.</exception>
    public NDArray Read() => read();
}
