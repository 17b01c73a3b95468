using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>A metric that is the weighted mean of a value of each sample.</summary>
public abstract class MeanMetric : Metric
{
    Parameter Total => field ??= State("total");
    Parameter Count => field ??= State("count");

    /// <summary>Whether nothing was counted yet.</summary>
    internal bool IsEmpty => Count.Value.ToNumber() == 0;

    /// <summary>The value of each sample (or of more: steps, pixels, of which a sample's mean is taken).</summary>
    protected internal abstract Variable Call(Variable yTrue, Variable yPred);

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var (values, weights) = Samples(A.Cast(Call(yTrue, yPred), Dtype), sampleWeight, A.Mean);
        var total = Total;
        yield return (total, total.Variable + A.Sum(values));
        yield return (Count, Count.Variable + (weights is null ? A.Cast(A.SizeOf(values), Dtype) : A.Sum(weights)));
    }

    /// <inheritdoc/>
    protected internal override Variable Of() => A.DivNoNan(Total.Variable, Count.Variable);

    /// <summary>One (weighted) value a sample, by Keras' rules, and its weight.</summary>
    internal static (Variable Values, Variable? Weights) Samples(Variable values, Variable? weights, Func<Variable, int?, bool, Variable> reduce)
    {
        if (weights is not null)
        {
            weights = A.Cast(weights, values.DType);
            (values, weights) = Ranks.Match(values, weights);
            var rank = weights.Shape.Rank;
            while (values.Shape.Rank > rank) values = reduce(values, -1, false);
            weights = A.BroadcastTo(weights, A.ShapeOf(values));
            values *= weights;
            for (; rank > 1; rank--) weights = reduce(weights, -1, false);
        }
        while (values.Shape.Rank > 1) values = reduce(values, -1, false);
        return (values, weights);
    }
}
