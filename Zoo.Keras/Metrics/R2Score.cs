using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The part of the labels' variance that predictions explain, of labels [batch, outputs].</summary>
/// <param name="classAggregation"><c>uniform_average</c>, <c>variance_weighted_average</c>, or null for one result an output.</param>
/// <param name="numRegressors">The number of independent variables, for the adjusted score; 0 for the plain one.</param>
[KerasObject("keras.metrics")]
public sealed class R2Score(string? classAggregation = "uniform_average", int numRegressors = 0) : Metric
{
    Parameter number = null!, squares = null!, sum = null!, residual = null!, count = null!;

    /// <summary>How the outputs' scores become one.</summary>
    public string? ClassAggregation { get; } = classAggregation is null or "uniform_average" or "variance_weighted_average" ? classAggregation
        : throw new ArgumentException($"R2Score: the aggregation '{classAggregation}' is not known. Expected uniform_average, variance_weighted_average or null.");

    /// <summary>The number of independent variables.</summary>
    public int NumRegressors { get; } = numRegressors >= 0 ? numRegressors : throw new ArgumentException($"R2Score: {numRegressors} regressors were given. Expected 0 or more.");

    /// <inheritdoc/>
    protected override void Build(Shape yTrue, Shape yPred)
    {
        Shape each = [MetricFormulas.Classes(this, yPred)];
        (number, squares, sum, residual, count) = (State("num_samples"), State("squared_sum", each), State("sum", each), State("residual", each), State("count", each));
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var (y, p) = Ranks.Equal(A.Cast(yTrue, Dtype), A.Cast(yPred, Dtype));
        var weights = sampleWeight is null ? A.OnesLike(y) : A.Cast(sampleWeight, Dtype);
        if (weights.Shape.Rank == 1) weights = A.ExpandDims(weights, 1);
        weights = A.BroadcastTo(weights, A.ShapeOf(y));
        return
        [
            (number, number.Variable + A.Cast(A.SizeOf(y), Dtype)),
            (squares, squares.Variable + A.Sum(A.Square(y) * weights, 0)),
            (sum, sum.Variable + A.Sum(y * weights, 0)),
            (residual, residual.Variable + A.Sum(A.SquaredDifference(y, p) * weights, 0)),
            (count, count.Variable + A.Sum(weights, 0)),
        ];
    }

    /// <inheritdoc/>
    protected internal override Variable Of()
    {
        var total = squares.Variable - sum.Variable * (sum.Variable / count.Variable);
        var scores = 1 - residual.Variable / total;
        scores = A.Where(A.IsInf(scores), A.ZerosLike(scores), scores);
        var score = ClassAggregation switch { null => scores, "uniform_average" => A.Mean(scores), _ => A.Sum(total * scores) / A.Sum(total) };
        if (NumRegressors == 0) return score;
        var adjusted = 1 - (1 - score) * (number.Variable - 1) / (number.Variable - NumRegressors - 1);
        return A.Where(number.Variable - 1 > NumRegressors, adjusted, score);
    }
}
