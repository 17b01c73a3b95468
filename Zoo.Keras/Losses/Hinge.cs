using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>How far answers are from the right side's margin of 1; labels are -1 and 1, or 0 and 1.</summary>
[KerasObject("keras.losses")]
public sealed class Hinge : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => AutoGrad.Mean(LossFormulas.Hinges(yTrue, yPred), -1);
}
