using System.Globalization;

namespace Zoo.Keras;

/// <summary>When <see cref="TensorBoard"/> writes: after each epoch (<c>"epoch"</c>), after each batch too (<c>"batch"</c>), or after every so many (a number).</summary>
public readonly record struct UpdateFrequency
{
    UpdateFrequency(int batches) => Batches = batches;

    /// <summary>After each epoch only.</summary>
    public static UpdateFrequency Epoch => default;

    /// <summary>After each batch too.</summary>
    public static UpdateFrequency Batch => new(1);

    /// <summary>Batches between two writings; 0 for epochs only.</summary>
    public int Batches { get; }

    /// <summary>By name.</summary>
    /// <exception cref="ArgumentException">It is neither <c>epoch</c> nor <c>batch</c>.</exception>
    public static implicit operator UpdateFrequency(string name) => name switch
    {
        "epoch" => Epoch,
        "batch" => Batch,
        _ => throw new ArgumentException($"updateFreq: '{name}' is not known. Expected epoch, batch or a number of batches."),
    };

    /// <summary>By the number of batches.</summary>
    /// <exception cref="ArgumentException">It is not positive.</exception>
    public static implicit operator UpdateFrequency(int batches) => batches > 0 ? new(batches) : throw new ArgumentException($"updateFreq: {batches} is no number of batches. Expected a positive number, epoch or batch.");

    /// <inheritdoc/>
    public override string ToString() => Batches switch { 0 => "epoch", 1 => "batch", _ => Batches.ToString(CultureInfo.InvariantCulture) };
}
