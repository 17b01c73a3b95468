using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The square of the hinge; labels are -1 and 1, or 0 and 1.</summary>
[KerasObject("keras.losses")]
public sealed class SquaredHinge : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => AutoGrad.Mean(AutoGrad.Square(LossFormulas.Hinges(yTrue, yPred)), -1);
}
