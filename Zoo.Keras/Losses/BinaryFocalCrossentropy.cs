using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Cross-entropy of yes-or-no answers in which those that are right already count less (Lin and others, 2018).</summary>
[KerasObject("keras.losses")]
public sealed class BinaryFocalCrossentropy : Loss
{
    /// <summary>Whether the classes are weighted by <see cref="Alpha"/>.</summary>
    public bool ApplyClassBalancing { get; init; }

    /// <summary>The weight of class 1; class 0 has the rest.</summary>
    public double Alpha { get; init; } = 0.25;

    /// <summary>How much less right answers count.</summary>
    public double Gamma { get; init; } = 2;

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards one half.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <summary>The axis over which the mean is taken.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.BinaryFocal(yTrue, yPred, ApplyClassBalancing, Alpha, Gamma, FromLogits, LabelSmoothing, Axis);
}
