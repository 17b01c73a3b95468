namespace Zoo.Keras.Metrics;

/// <summary>Intersection over union of some of the classes; labels are one-hot, predictions scores.</summary>
[KerasObject("keras.metrics"), KerasOmit("sparse_y_true")]
public sealed class OneHotIoU : IoU
{
    /// <summary>The metric of some classes.</summary>
    /// <param name="numClasses">The number of classes.</param>
    /// <param name="targetClassIds">Those that count.</param>
    public OneHotIoU(int numClasses, int[] targetClassIds) : base(numClasses, targetClassIds) => (SparseYTrue, SparseYPred) = (false, false);
}
