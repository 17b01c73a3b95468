using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of the absolute differences as percentages of the labels.</summary>
[KerasObject("keras.losses")]
public sealed class MeanAbsolutePercentageError : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.PercentageError(yTrue, yPred);
}
