using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>1 minus the Tversky index of two masks: Dice with weights of its own for what is too much and too little (Salehi and others, 2017).</summary>
[KerasObject("keras.losses")]
public sealed class Tversky : Loss
{
    /// <summary>The weight of what is there and was not predicted (as Keras 3.15 computes it; its documentation names the other).</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>The weight of what was predicted and is not there.</summary>
    public double Beta { get; init; } = 0.5;

    /// <summary>The axes over which the masks are summed; null for all, which gives one number a batch.</summary>
    public AxisSet? Axis { get; init; }

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Tversky(yTrue, yPred, Alpha, Beta, Axis?.Axes);
}
