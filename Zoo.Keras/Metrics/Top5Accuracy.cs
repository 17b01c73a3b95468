using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>BigDL's: how often the label, a class number, is among the five highest scores.</summary>
[KerasObject(Package = "zoo")]
public sealed class Top5Accuracy : MeanMetric
{
    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => MetricFormulas.InTop(A.Cast(Ranks.Classes(yTrue, yPred), DType.Int64), yPred, 5);
}
