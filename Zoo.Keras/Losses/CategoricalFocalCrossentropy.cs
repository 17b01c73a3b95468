using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Cross-entropy of classes in which answers that are right already count less (Lin and others, 2018); labels are one-hot.</summary>
[KerasObject("keras.losses")]
public sealed class CategoricalFocalCrossentropy : Loss
{
    /// <summary>The factor of the loss.</summary>
    public double Alpha { get; init; } = 0.25;

    /// <summary>How much less right answers count.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards equal probabilities.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.CategoricalFocal(yTrue, yPred, Alpha, Gamma, FromLogits, LabelSmoothing, Axis);
}
