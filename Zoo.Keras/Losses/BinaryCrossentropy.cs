using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Cross-entropy of independent yes-or-no answers: labels 0 and 1.</summary>
[KerasObject("keras.losses")]
public sealed class BinaryCrossentropy : Loss
{
    /// <summary>Whether predictions are logits; of the result of a sigmoid its logits are used anyway.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards one half.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <summary>The axis over which the mean is taken.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Binary(yTrue, yPred, FromLogits, LabelSmoothing, Axis);
}
