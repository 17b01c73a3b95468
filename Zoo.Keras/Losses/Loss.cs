using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// A loss: gives one number a sample (or more: a step of a sequence, a pixel) in <see cref="Call"/>; weights, masks and the reduction are the same for all. What
/// is minimised is a quotient of sums, so that parts of a batch can be added up exactly.
/// </summary>
/// <example><code>sealed class Squares : Loss { protected override Variable Call(Variable yTrue, Variable yPred) => A.Mean(A.Square(yTrue - yPred), -1); }</code></example>
public abstract class Loss
{
    /// <summary>The name.</summary>
    public string Name { get => field ?? KerasNames.Snake(GetType().Name); init; }

    /// <summary>How the losses of samples become one number.</summary>
    public Reduction Reduction { get; init; }

    /// <summary>Whether labels are class numbers.</summary>
    internal virtual bool TakesClasses => false;

    /// <summary>The losses of the samples.</summary>
    /// <param name="yTrue">The labels, in the dtype of the predictions (class numbers: int64).</param>
    /// <param name="yPred">The predictions.</param>
    protected internal abstract Variable Call(Variable yTrue, Variable yPred);

    /// <summary>Which of the losses count; null for all. A mask of the predictions holds as well.</summary>
    private protected virtual Variable? Valid(Variable yTrue, Variable yPred) => null;

    /// <summary>The loss as one number (with <see cref="Reduction.None"/>: one a sample).</summary>
    public Variable Of(Variable yTrue, Variable yPred, Variable? sampleWeight = null, Variable? mask = null)
    {
        if (Reduction == Reduction.None) return Weighted(yTrue, yPred, sampleWeight, mask).Values;
        var (numerator, denominator) = Terms(yTrue, yPred, sampleWeight, mask);
        return denominator is null ? numerator : A.DivNoNan(numerator, denominator);
    }

    /// <summary>The loss as a quotient: the weighted sum, and what it is divided by (null: nothing). The denominator depends on labels, masks and weights only.</summary>
    internal (Variable Numerator, Variable? Denominator) Terms(Variable yTrue, Variable yPred, Variable? sampleWeight = null, Variable? mask = null)
    {
        var (values, weights, valid) = Weighted(yTrue, yPred, sampleWeight, mask);
        var sum = A.Sum(values);
        if (Reduction == Reduction.Sum || Reduction == Reduction.None || values.Shape is { HasRank: true, Rank: 0 }) return (sum, null);
        if (Reduction == Reduction.MeanWithSampleWeight && weights is not null) return (sum, A.Sum(weights));
        var count = A.Cast(A.SizeOf(values), values.DType);
        return (sum, valid is null ? count : A.Sum(valid) * (count / A.Cast(A.SizeOf(valid), values.DType)));
    }

    (Variable Values, Variable? Weights, Variable? Valid) Weighted(Variable yTrue, Variable yPred, Variable? sampleWeight, Variable? mask)
    {
        if (!TakesClasses) yTrue = A.Cast(yTrue, yPred.DType);
        var values = Call(yTrue, yPred);
        Variable? valid = mask is null ? null : A.Cast(mask, values.DType);
        if (Valid(yTrue, yPred) is { } counts) valid = valid is null ? A.Cast(counts, values.DType) : Ranks.Times(valid, A.Cast(counts, values.DType));
        var weights = sampleWeight is null ? null : A.Cast(sampleWeight, values.DType);
        if (valid is not null) weights = weights is null ? valid : Ranks.Times(weights, valid);
        if (weights is null) return (values, null, null);
        (values, weights) = Ranks.Match(values, weights);
        weights = Ranks.Fitted(weights, values);
        return (values * weights, weights, valid);
    }
}
