using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of log(cosh(difference)): squares near 0, sizes far from it.</summary>
[KerasObject("keras.losses")]
public sealed class LogCosh : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.LogCosh(yTrue, yPred);
}
