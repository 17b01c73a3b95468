using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>How the losses of samples become one number; converts from Keras' names.</summary>
public readonly record struct Reduction : IKerasValue<Reduction>
{
    static readonly string[] Known = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"];
    readonly string? name;

    Reduction(string name) => this.name = name;

    /// <summary>Their (weighted) sum over their number.</summary>
    public static Reduction SumOverBatchSize => default;

    /// <summary>Their (weighted) sum.</summary>
    public static Reduction Sum => new("sum");

    /// <summary>As <see cref="SumOverBatchSize"/>.</summary>
    public static Reduction Mean => new("mean");

    /// <summary>Their weighted sum over the sum of the weights.</summary>
    public static Reduction MeanWithSampleWeight => new("mean_with_sample_weight");

    /// <summary>They stay as they are.</summary>
    public static Reduction None => new("none");

    /// <summary>Keras' name.</summary>
    public string Name => name ?? Known[0];

    /// <summary>The reduction with a name.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Reduction(string name) => name == Known[0] ? default : Array.IndexOf(Known, name) >= 0 ? new(name)
        : throw new ArgumentException($"reduction: '{name}' is not known. Expected one of {string.Join(", ", Known)}.");

    /// <inheritdoc/>
    public object? ToKeras() => Name;

    /// <inheritdoc/>
    public static Reduction FromKeras(object? value) => value is null ? None : value as string ?? throw new ArgumentException($"a reduction is one of {string.Join(", ", Known)}, or null for none.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
