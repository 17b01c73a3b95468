using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Cross-entropy of classes: labels are probabilities (one-hot, mostly).</summary>
[KerasObject("keras.losses")]
public sealed class CategoricalCrossentropy : Loss
{
    /// <summary>Whether predictions are logits; of the result of a softmax its logits are used anyway.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards equal probabilities.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Categorical(yTrue, yPred, FromLogits, LabelSmoothing, Axis);
}
