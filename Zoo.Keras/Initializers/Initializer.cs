namespace Zoo.Keras;

/// <summary>Gives a weight its first value. Converts from Keras' names, such as <c>he_normal</c>.</summary>
public abstract class Initializer
{
    static readonly Dictionary<string, string> Aliases = new() { ["uniform"] = "random_uniform", ["normal"] = "random_normal", ["zero"] = "zeros", ["one"] = "ones" };

    /// <summary>Keras' Zeros.</summary>
    public static Initializer Zeros { get; } = new Zeros();

    /// <summary>Keras' Ones.</summary>
    public static Initializer Ones { get; } = new Ones();

    /// <summary>Keras' GlorotUniform: uniform within ±√(6 / (fan in + fan out)).</summary>
    public static Initializer GlorotUniform { get; } = new GlorotUniform();

    /// <summary>A value of the given shape; equal seeds give equal values.</summary>
    public abstract NDArray Create(Shape shape, DType dtype, ulong seed);

    /// <summary>The initializer with a name, with Keras' defaults.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Initializer(string name) => KerasRegistry.Named<Initializer>("initializer", name, Aliases);

    /// <summary>Keras' fans: the last two axes, times the receptive field before them.</summary>
    protected static (double In, double Out) Fans(Shape shape)
    {
        if (shape.Rank == 0) return (1, 1);
        if (shape.Rank == 1) return (shape[0], shape[0]);
        var field = shape[..^2].Elements;
        return (shape[-2] * field, shape[-1] * field);
    }
}
