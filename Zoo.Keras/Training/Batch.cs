using System.Runtime.CompilerServices;

namespace Zoo.Keras.Training;

/// <summary>What is given at once: inputs, labels, weights.</summary>
internal readonly record struct Batch(Arrays X, Arrays? Y, Arrays? Weights)
{
    /// <summary>One item of an enumerable: a tuple (x, y) or (x, y, weights), or x alone.</summary>
    internal static Batch Of(object? item, string caller) => item switch
    {
        Batch batch => batch,
        ITuple { Length: 2 or 3 } t => new(Data(t[0], caller), t[1] is null ? null : Data(t[1], caller), t.Length == 3 && t[2] is not null ? Data(t[2], caller) : null),
        _ => new(Data(item, caller), null, null),
    };

    static Arrays Data(object? value, string caller) => value switch
    {
        Arrays arrays => arrays,
        NDArray array => array,
        Array array => array,
        IReadOnlyDictionary<string, NDArray> named => Arrays.Create(named),
        IEnumerable<NDArray> several => Arrays.Create([.. several]),
        _ => throw new ArgumentException($"{caller}: a batch holds {value?.GetType().Name ?? "null"}. Expected tuples (x, y) or (x, y, sampleWeight) of arrays, of lists of arrays or of dictionaries of arrays."),
    };
}
