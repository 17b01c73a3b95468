using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>
/// BigDL's mean over classes of the average precision: of scores [batch, classes] and labels, class numbers, the area under precision over recall. Scores, from 0 to 1, are told
/// apart in so many steps, so that the state is a table and parts of the data add up; BigDL keeps all scores.
/// </summary>
/// <param name="classes">The number of classes.</param>
/// <param name="numThresholds">The steps.</param>
[KerasObject(Package = "zoo")]
public sealed class MeanAveragePrecision(int classes, int numThresholds = 1000) : Metric
{
    Parameter right = null!, wrong = null!;

    /// <summary>The number of classes.</summary>
    public int Classes { get; } = classes > 0 ? classes : throw new ArgumentException($"MeanAveragePrecision: {classes} classes. Expected a positive number.");

    /// <summary>The steps.</summary>
    public int NumThresholds { get; } = numThresholds > 1 ? numThresholds : throw new ArgumentException($"MeanAveragePrecision: {numThresholds} steps. Expected at least 2.");

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected override void Build(Shape yTrue, Shape yPred) => (right, wrong) = (State("right", [NumThresholds, Classes]), State("wrong", [NumThresholds, Classes]));

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var own = A.OneHot(Ranks.Classes(yTrue, yPred), Classes, dtype: Dtype);
        var weight = sampleWeight is null ? A.OnesLike(own) : A.OnesLike(own) * A.Reshape(A.Cast(sampleWeight, Dtype), [Dim.Any, 1]);
        var step = A.Cast(A.Minimum(A.Clip(A.Cast(yPred, Dtype), 0, 1) * NumThresholds, NumThresholds - 1), DType.Int64);
        var place = A.OneHot(step, NumThresholds, dtype: Dtype);   // [batch, classes, steps]
        Variable Counted(Variable which) => A.Transpose(A.Sum(place * A.ExpandDims(which * weight, -1), 0), 1, 0);
        return [(right, right.Variable + Counted(own)), (wrong, wrong.Variable + Counted(1 - own))];
    }

    /// <inheritdoc/>
    protected internal override Variable Of()
    {
        // from the highest score down: precision at each step, times the recall that the step adds
        var (hits, misses) = (A.Cumsum(A.Reverse(right.Variable, 0), 0), A.Cumsum(A.Reverse(wrong.Variable, 0), 0));
        var all = A.Sum(right.Variable, 0);
        var each = A.Sum(A.DivNoNan(hits, hits + misses) * A.DivNoNan(A.Reverse(right.Variable, 0), all), 0);
        var there = A.Cast(all > 0, Dtype);
        return A.DivNoNan(A.Sum(each * there), A.Sum(there));
    }
}
