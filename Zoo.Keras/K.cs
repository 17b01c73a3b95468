namespace Zoo.Keras;

/// <summary>Keras' free functions (<c>using static Zoo.Keras.K;</c>).</summary>
public static class K
{
    /// <summary>An input of a model; the shape is that of one sample, the batch comes before it.</summary>
    /// <param name="shape">The shape of one sample; unknown sizes are <see cref="Dim.Any"/>.</param>
    /// <param name="name">The name by which data can be given; models number inputs without one.</param>
    /// <param name="dtype">The type of the data; arrays of other types are converted.</param>
    /// <param name="batchSize">The size of every batch, where it is fixed.</param>
    public static Variable Input(Shape shape, string? name = null, DType dtype = DType.Float32, int? batchSize = null) =>
        new InputLayer(Shape.Create([batchSize ?? Dim.Any, .. shape.Dims]), dtype, name: name).Variable;
}
