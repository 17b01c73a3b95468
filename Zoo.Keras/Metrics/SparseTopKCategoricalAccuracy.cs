using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How often the label's class is among the k with the highest scores; labels are class numbers.</summary>
[KerasObject("keras.metrics")]
public sealed class SparseTopKCategoricalAccuracy(int k = 5) : MeanMetric
{
    /// <summary>How many of the highest scores count.</summary>
    public int K { get; } = k > 0 ? k : throw new ArgumentException($"metric: the {k} highest scores were asked for. Expected a positive number.");

    /// <summary>Whether predictions are class numbers, the best first, instead of scores.</summary>
    [KerasOptional]
    public bool? FromSortedIds { get; init; }

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => FromSortedIds == true
        ? MetricFormulas.AmongFirst(Ranks.Classes(yTrue, yPred), yPred, K) : MetricFormulas.InTop(A.Cast(Ranks.Classes(yTrue, yPred), DType.Int64), yPred, K);
}
