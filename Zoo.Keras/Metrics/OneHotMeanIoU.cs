namespace Zoo.Keras.Metrics;

/// <summary>Intersection over union, the mean of all classes; labels are one-hot, predictions scores.</summary>
[KerasObject("keras.metrics"), KerasOmit("sparse_y_true")]
public sealed class OneHotMeanIoU : MeanIoU
{
    /// <summary>The metric of all classes.</summary>
    /// <param name="numClasses">The number of classes.</param>
    public OneHotMeanIoU(int numClasses) : base(numClasses) => (SparseYTrue, SparseYPred) = (false, false);
}
