using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The root of the mean of the squared differences.</summary>
[KerasObject("keras.metrics")]
public sealed class RootMeanSquaredError : MeanMetric
{
    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var (a, b) = Ranks.Equal(A.Cast(yTrue, yPred.DType), yPred);
        return A.SquaredDifference(b, a);
    }

    /// <inheritdoc/>
    protected internal override Variable Of() => A.Sqrt(base.Of());
}
