using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Keeps pictures as they are: bounding boxes, which Keras pads to a number here, are not part of a model's inputs.</summary>
[KerasObject("keras.layers")]
public sealed class MaxNumBoundingBoxes(int maxNumber) : ImageLayer
{
    /// <summary>The number of boxes.</summary>
    public int MaxNumber { get; } = maxNumber;

    internal override Variable Transform(Variable x, CallContext c) => x;
}
