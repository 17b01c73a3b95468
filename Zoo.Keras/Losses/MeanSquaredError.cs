using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of the squared differences.</summary>
[KerasObject("keras.losses")]
public sealed class MeanSquaredError : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.SquaredError(yTrue, yPred);
}
