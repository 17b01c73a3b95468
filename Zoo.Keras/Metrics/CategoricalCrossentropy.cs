using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>Cross-entropy of classes; labels are one-hot.</summary>
[KerasObject("keras.metrics")]
public sealed class CategoricalCrossentropy : MeanMetric
{
    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; init; }

    /// <summary>How far labels are moved towards equal probabilities.</summary>
    public double LabelSmoothing { get; init => field = LossFormulas.Smoothing(value); }

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => LossFormulas.Categorical(A.Cast(yTrue, yPred.DType), yPred, FromLogits, LabelSmoothing, Axis);
}
