using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>1 minus the Dice coefficient of two masks (Sudre and others, 2017).</summary>
[KerasObject("keras.losses")]
public sealed class Dice : Loss
{
    /// <summary>The axes over which the masks are summed; null for all, which gives one number a batch.</summary>
    public AxisSet? Axis { get; init; }

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Dice(yTrue, yPred, Axis?.Axes);
}
