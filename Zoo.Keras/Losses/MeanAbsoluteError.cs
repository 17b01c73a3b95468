using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of the absolute differences.</summary>
[KerasObject("keras.losses")]
public sealed class MeanAbsoluteError : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.AbsoluteError(yTrue, yPred);
}
