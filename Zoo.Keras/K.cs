using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>Keras' free functions (<c>using static Zoo.Keras.K;</c>).</summary>
public static class K
{
    /// <summary>An input of a model; the shape is that of one sample, the batch comes before it.</summary>
    public static Variable Input(Shape shape, string name = "input", DType dtype = DType.Float32) =>
        StateOps.Input(name, Shape.Create([Dim.Any, .. shape.Dims]), dtype);
}
