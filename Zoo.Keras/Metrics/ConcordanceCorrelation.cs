using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How well predictions agree with labels, in correlation, mean and spread (Lin, 1989), along an axis, averaged over the rest.</summary>
[KerasObject("keras.metrics")]
public sealed class ConcordanceCorrelation(int axis = -1) : MeanMetric
{
    /// <summary>The axis along which is compared.</summary>
    public int Axis { get; } = axis;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var (a, b) = Ranks.Equal(A.Cast(yTrue, yPred.DType), yPred);
        var ((meanA, varianceA), (meanB, varianceB)) = (A.Moments(a, [Axis], keepDims: true), A.Moments(b, [Axis], keepDims: true));
        var common = (a - meanB) * (b - meanB);   // Keras takes the predictions' mean from the labels as well
        return A.Mean(common * 2 / (varianceA + varianceB + A.SquaredDifference(meanA, meanB) + 1e-7), Axis);
    }
}
