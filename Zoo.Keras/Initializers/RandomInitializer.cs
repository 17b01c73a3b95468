using System.Numerics.Tensors;

namespace Zoo.Keras;

/// <summary>Independent random numbers: the same for a seed on every machine, however many threads make them.</summary>
public abstract class RandomInitializer : Initializer
{
    const int Block = 1 << 16;

    /// <summary>A seed of its own; else one that derives from the model's seed and the weight's name.</summary>
    public long? Seed { get; init; }

    /// <summary>How many places in the stream of random numbers are kept for an element, so that each block of elements has its own.</summary>
    private protected abstract int Draws { get; }

    /// <summary>Consecutive elements of a value.</summary>
    /// <param name="x">Where they go.</param>
    /// <param name="shape">The shape of the whole.</param>
    /// <param name="random">The stream, at their place.</param>
    private protected abstract void Fill(Span<double> x, Shape shape, SplitMixSource random);

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        var value = NDArray.Zeros(shape, dtype);
        var start = Seed is { } own ? SplitMix.Derive((ulong)own, "initializer") : seed;
        if (value.Count <= Block) FillBlock(value, 0, shape, start);
        else Parallel.For(0, (value.Count - 1) / Block + 1, b => FillBlock(value, b, shape, start));
        return value;
    }

    void FillBlock(NDArray value, int block, Shape shape, ulong seed)
    {
        var from = block * Block;
        var numbers = new double[Math.Min(Block, value.Count - from)];
        Fill(numbers, shape, new(seed, (ulong)block * Block * (ulong)Draws));
        if (value.DType == DType.Float32) TensorPrimitives.ConvertTruncating<double, float>(numbers, value.AsSpan<float>()[from..]);
        else for (var i = 0; i < numbers.Length; i++) value.SetNumber(from + i, numbers[i]);
    }
}
