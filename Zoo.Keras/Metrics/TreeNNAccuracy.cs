using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>BigDL's accuracy of trees: of predictions [batch, nodes, classes] and labels [batch, nodes] the first node, the root, counts.</summary>
[KerasObject(Package = "zoo")]
public sealed class TreeNNAccuracy : MeanMetric
{
    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        if (yPred.Shape.Rank != 3 || yTrue.Shape.Rank < 2) throw new ShapeException($"{Name}: predictions have shape {yPred.Shape}, labels {yTrue.Shape}. Expected [batch, nodes, classes] and [batch, nodes].") { Actual = yPred.Shape };
        var root = yTrue.Shape.Rank == 2 ? yTrue[.., 0] : A.Squeeze(yTrue[.., 0], -1);
        return A.Cast(A.Equal(A.Cast(root, DType.Int64), A.Cast(A.ArgMax(yPred[.., 0]), DType.Int64)), DType.Float32);
    }
}
