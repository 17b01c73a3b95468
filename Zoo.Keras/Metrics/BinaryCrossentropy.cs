using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>Cross-entropy of independent yes-or-no answers.</summary>
[KerasObject("keras.metrics")]
public sealed class BinaryCrossentropy : MeanMetric
{
    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards equal probabilities.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Binary(A.Cast(yTrue, yPred.DType), yPred, FromLogits, LabelSmoothing);
}
