using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The negative cosine of the angle between labels and predictions: -1 where they point the same way.</summary>
/// <param name="axis">The axis of the vectors; null for the last. Keras does not store it.</param>
[KerasObject("keras.losses")]
public sealed class CosineSimilarity(int? axis = null) : Loss
{
    /// <summary>The axis of the vectors; null for the last.</summary>
    [KerasOptional]
    public int? Axis { get; } = axis;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => -LossFormulas.Cosine(yTrue, yPred, Axis ?? -1);
}
