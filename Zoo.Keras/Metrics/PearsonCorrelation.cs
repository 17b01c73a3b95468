using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The correlation of labels and predictions along an axis, averaged over the rest.</summary>
[KerasObject("keras.metrics")]
public sealed class PearsonCorrelation(int axis = -1) : MeanMetric
{
    /// <summary>The axis along which is compared.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var (a, b) = Ranks.Equal(A.Cast(yTrue, yPred.DType), yPred);
        return A.Mean(Standard(a) * Standard(b), Axis);
    }

    Variable Standard(Variable x)
    {
        var centered = x - A.Mean(x, Axis, keepDims: true);
        return centered / A.Sqrt(A.Moments(centered, [Axis], keepDims: true).Variance);
    }
}
