using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What the accuracies share.</summary>
internal static class MetricFormulas
{
    /// <summary>1 where labels and predictions are equal.</summary>
    internal static Variable Equal(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Match(A.Cast(yTrue, yPred.DType), yPred);
        return A.Cast(A.Equal(yTrue, yPred), DType.Float32);
    }

    /// <summary>1 where fewer than k classes have a higher score than the label's.</summary>
    internal static Variable InTop(Variable classes, Variable scores, int k)
    {
        var own = A.Cast(A.Equal(A.ExpandDims(classes, -1), Numbers(scores, DType.Int64)), scores.DType);
        var score = A.Sum(scores * own, -1, keepDims: true);
        return A.Cast(A.Sum(A.Cast(scores > score, DType.Float32), -1) < k, DType.Float32);
    }

    /// <summary>Which scores are among the k highest of the last axis; of equal ones the first.</summary>
    internal static Variable AmongBest(Variable scores, int k)
    {
        var (one, other) = (A.ExpandDims(scores, -1), A.ExpandDims(scores, -2));
        var numbers = Numbers(scores, scores.DType);
        var before = (other > one) | (A.Equal(other, one) & (A.ExpandDims(numbers, 0) < A.ExpandDims(numbers, 1)));
        return A.Sum(A.Cast(before, scores.DType), -1) < k;
    }

    /// <summary>The number of classes of predictions [batch, classes].</summary>
    internal static long Classes(Metric metric, Shape predictions) => predictions.HasRank && predictions.Rank == 2 && predictions[1] >= 0 ? predictions[1]
        : throw new ShapeException($"{metric.Name}: predictions have shape {predictions}. Expected [batch, classes] with a known number of classes.") { Actual = predictions };

    /// <summary>1 where a class is among the first k of a list.</summary>
    internal static Variable AmongFirst(Variable classes, Variable ids, int k)
    {
        var hit = A.Equal(A.ExpandDims(A.Cast(classes, ids.DType), -1), ids) & (Numbers(ids, DType.Int32) < k);
        return A.Cast(A.Sum(A.Cast(hit, DType.Float32), -1) > 0, DType.Float32);
    }

    static Variable Numbers(Variable x, DType dtype)
    {
        var numbers = NDArray.Zeros([x.Shape[-1]], dtype);
        for (var i = 0; i < numbers.Count; i++) numbers.SetNumber(i, i);
        return A.Constant(numbers);
    }
}
