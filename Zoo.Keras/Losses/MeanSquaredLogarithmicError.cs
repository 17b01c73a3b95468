using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of the squared differences of log(1 + x).</summary>
[KerasObject("keras.losses")]
public sealed class MeanSquaredLogarithmicError : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.LogarithmicError(yTrue, yPred);
}
