namespace Zoo.Keras.Metrics;

/// <summary>Intersection over union, the mean of all classes.</summary>
/// <param name="numClasses">The number of classes.</param>
[KerasObject("keras.metrics"), KerasOmit("target_class_ids")]
public class MeanIoU(int numClasses) : IoU(numClasses, [.. Enumerable.Range(0, numClasses)]);
