using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>How little the score of the label's class exceeds the highest of the others, up to 1; labels are one-hot.</summary>
[KerasObject("keras.losses")]
public sealed class CategoricalHinge : Loss
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.CategoricalHinge(yTrue, yPred);
}
