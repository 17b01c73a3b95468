using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>BigDL's accuracy: how often the highest score is that of the label, a class number; of a single score, how often it is on the label's side of ½.</summary>
[KerasObject(Package = "zoo")]
public sealed class Top1Accuracy : MeanMetric
{
    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var label = Ranks.Classes(yTrue, yPred);
        var found = yPred.Shape[-1] == 1 ? A.Cast(A.Squeeze(yPred, -1) >= 0.5, DType.Int64) : A.Cast(A.ArgMax(yPred), DType.Int64);
        return A.Cast(A.Equal(A.Cast(label, DType.Int64), found), DType.Float32);
    }
}
