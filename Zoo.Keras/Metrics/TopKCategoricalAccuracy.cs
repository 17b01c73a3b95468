using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>How often the label's class is among the k with the highest scores; labels are one-hot.</summary>
[KerasObject("keras.metrics")]
public sealed class TopKCategoricalAccuracy(int k = 5) : MeanMetric
{
    /// <summary>How many of the highest scores count.</summary>
    public int K { get; } = k > 0 ? k : throw new ArgumentException($"metric: the {k} highest scores were asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => MetricFormulas.InTop(A.ArgMax(yTrue), yPred, K);
}
