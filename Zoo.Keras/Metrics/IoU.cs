using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>Intersection over union of some of the classes, their mean; labels and predictions are class numbers, or scores along an axis.</summary>
[KerasObject("keras.metrics")]
public class IoU : Metric
{
    Parameter matrix = null!;

    /// <summary>The metric of some classes.</summary>
    /// <param name="numClasses">The number of classes.</param>
    /// <param name="targetClassIds">Those that count.</param>
    public IoU(int numClasses, int[] targetClassIds)
    {
        (NumClasses, TargetClassIds, Dtype) = (numClasses, targetClassIds, DType.Int64);
        if (Array.Exists(targetClassIds, c => c < 0 || c >= numClasses))
            throw new ArgumentException($"{GetType().Name}: the classes {string.Join(", ", targetClassIds)} of {numClasses} were asked for. Expected numbers from 0 to {numClasses - 1}.");
    }

    /// <summary>The number of classes.</summary>
    public int NumClasses { get; }

    /// <summary>The classes that count.</summary>
    public int[] TargetClassIds { get; }

    /// <summary>A label that does not count; null for none.</summary>
    public int? IgnoreClass { get; init; }

    /// <summary>Whether labels are class numbers; else the highest along the axis is the class.</summary>
    public bool SparseYTrue { get; init; } = true;

    /// <summary>Whether predictions are class numbers; else the highest along the axis is the class.</summary>
    public bool SparseYPred { get; init; } = true;

    /// <summary>The axis of the classes.</summary>
    public int Axis { get; init; } = -1;

    /// <inheritdoc/>
    protected override void Build(Shape yTrue, Shape yPred) => matrix = State("total_confusion_matrix", [NumClasses, NumClasses]);

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var labels = Numbers(SparseYTrue ? yTrue : A.ArgMax(yTrue, Axis));
        var found = A.OneHot(Numbers(SparseYPred ? yPred : A.ArgMax(yPred, Axis)), NumClasses);
        if (sampleWeight is not null) found *= A.ExpandDims(A.Cast(Numbers(A.Cast(sampleWeight, Dtype)), found.DType), 1);
        if (IgnoreClass is { } ignored) found *= A.ExpandDims(A.Cast(A.NotEqual(labels, labels.Weak(ignored)), found.DType), 1);
        // numbers out of range have no place in a one-hot row, so they do not count
        return [(matrix, matrix.Variable + A.Cast(A.Round(A.MatMul(A.OneHot(labels, NumClasses), found, transposeA: true)), Dtype))];
    }

    static Variable Numbers(Variable x) => A.Reshape(A.Cast(x, DType.Int64), [Dim.Any]);

    /// <inheritdoc/>
    protected internal override Variable Of()
    {
        var counts = A.Cast(matrix.Variable, DType.Float32);
        var eye = NDArray.Zeros([NumClasses, NumClasses], DType.Float32);
        for (var i = 0; i < NumClasses; i++) eye.SetNumber(i * (NumClasses + 1), 1);
        var hits = A.Sum(counts * A.Constant(eye), 0);
        var union = A.Gather(A.Sum(counts, 0) + A.Sum(counts, 1) - hits, TargetClassIds);
        var valid = union > 1e-9;
        var each = A.Where(valid, A.Gather(hits, TargetClassIds) / (union + 1e-7), A.ZerosLike(union));
        return A.Sum(each) / (A.Sum(A.Cast(valid, DType.Float32)) + 1e-7);
    }
}
