using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>Data to be evaluated after each epoch: converts from (x, y) and (x, y, sampleWeight); batches come through <see cref="Batches"/>.</summary>
public sealed class ValidationData
{
    ValidationData(Batch? arrays, IEnumerable<Batch>? batches) => (Whole, Parts) = (arrays, batches);

    internal Batch? Whole { get; }

    internal IEnumerable<Batch>? Parts { get; }

    /// <summary>Data that come in batches (x, y) or (x, y, sampleWeight); enumerated again for each epoch.</summary>
    public static ValidationData Batches<TBatch>(IEnumerable<TBatch> batches) => new(null, StreamSource.Batches(batches, "validationData"));

    /// <summary>Samples and labels.</summary>
    public static implicit operator ValidationData((Arrays X, Arrays Y) data) => new(new Batch(data.X, data.Y, null), null);

    /// <summary>Samples, labels and weights of the samples.</summary>
    public static implicit operator ValidationData((Arrays X, Arrays Y, Arrays SampleWeight) data) => new(new Batch(data.X, data.Y, data.SampleWeight), null);
}
