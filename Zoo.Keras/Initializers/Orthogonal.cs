using System.Numerics.Tensors;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A random matrix of orthonormal rows or columns (whichever are fewer), times a gain (Saxe and others, 2013); leading axes count as one.</summary>
[KerasObject("keras.initializers")]
public sealed class Orthogonal(double gain = 1) : Initializer
{
    /// <summary>The factor.</summary>
    public double Gain { get; } = gain;

    /// <summary>A seed of its own; else one that derives from the model's seed and the weight's name.</summary>
    public long? Seed { get; init; }

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        if (shape.Rank < 2) throw new ShapeException($"Orthogonal: a weight of shape {shape} was asked for. Expected at least two axes.") { Actual = shape };
        var random = new SplitMixSource(Seed is { } own ? SplitMix.Derive((ulong)own, "initializer") : seed);
        var (rows, columns) = ((int)shape[..^1].Elements, (int)shape[-1]);
        var (few, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = new double[few][];
        for (var i = 0; i < few; i++)
        {
            var v = new double[length];
            random.Normal(v);
            // Gram-Schmidt, twice: what rounding left of the others goes the second time
            for (var turn = 0; turn < 2; turn++)
                for (var j = 0; j < i; j++) TensorPrimitives.MultiplyAdd(vectors[j], -TensorPrimitives.Dot<double>(v, vectors[j]), v, v);
            TensorPrimitives.Multiply(v, 1 / TensorPrimitives.Norm<double>(v), v);
            vectors[i] = v;
        }
        var value = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < value.Count; i++) value.SetNumber(i, Gain * (rows < columns ? vectors[i / columns][i % columns] : vectors[i % columns][i / columns]));
        return value;
    }
}
