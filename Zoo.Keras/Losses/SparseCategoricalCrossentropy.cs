using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Cross-entropy of classes: labels are class numbers. A label out of range is an error, and the step changes nothing.</summary>
[KerasObject("keras.losses")]
public sealed class SparseCategoricalCrossentropy : Loss
{
    /// <summary>Whether predictions are logits; of the result of a softmax its logits are used anyway.</summary>
    public bool FromLogits { get; init; }

    /// <summary>A label that does not count; null for none.</summary>
    public int? IgnoreClass { get; init; }

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Sparse(yTrue, yPred, FromLogits, IgnoreClass);

    private protected override Variable? Valid(Variable yTrue, Variable yPred) =>
        IgnoreClass is { } ignored && Ranks.Classes(yTrue, yPred) is var classes ? A.NotEqual(classes, classes.Weak(ignored)) : null;
}
