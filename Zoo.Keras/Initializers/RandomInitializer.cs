namespace Zoo.Keras;

/// <summary>Independent random numbers.</summary>
public abstract class RandomInitializer : Initializer
{
    /// <summary>A seed of its own; else one that derives from the model's seed and the weight's name.</summary>
    public long? Seed { get; init; }

    private protected abstract Func<double> Draw(Shape shape, SplitMixSource random);

    /// <inheritdoc/>
    public override NDArray Create(Shape shape, DType dtype, ulong seed)
    {
        var next = Draw(shape, new(Seed is { } own ? SplitMix.Derive((ulong)own, "initializer") : seed));
        var value = NDArray.Zeros(shape, dtype);
        if (dtype == DType.Float32)
            foreach (ref var x in value.AsSpan<float>()) x = (float)next();
        else
            for (var i = 0; i < value.Count; i++) value.SetNumber(i, next());
        return value;
    }
}

/// <summary>A stream of random numbers for initializers.</summary>
internal sealed class SplitMixSource(ulong seed)
{
    SplitMix random = new(seed);

    internal double Uniform(double low, double high) => low + (high - low) * random.NextDouble();

    /// <summary>A standard normal number (Box and Muller, 1958).</summary>
    internal double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>A standard normal number within two standard deviations; others are drawn again.</summary>
    internal double Truncated()
    {
        while (true)
            if (Normal() is > -2 and < 2 and var x) return x;
    }
}
