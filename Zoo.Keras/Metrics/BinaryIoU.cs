using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>Intersection over union of yes-or-no answers.</summary>
/// <param name="targetClassIds">The answers that count: 0, 1 or both (null).</param>
/// <param name="threshold">Predictions from it on count as 1.</param>
[KerasObject("keras.metrics"), KerasOmit("num_classes"), KerasOmit("ignore_class"), KerasOmit("sparse_y_true"), KerasOmit("sparse_y_pred"), KerasOmit("axis")]
public sealed class BinaryIoU(int[]? targetClassIds = null, double threshold = 0.5) : IoU(2, targetClassIds ?? [0, 1])
{
    /// <summary>Predictions from it on count as 1.</summary>
    public double Threshold { get; } = threshold;

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight) =>
        base.Accumulate(yTrue, A.Cast(yPred >= Threshold, DType.Int64), sampleWeight);
}
