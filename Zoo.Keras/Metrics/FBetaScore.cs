using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The mean of precision and recall, recall counting beta² times, of labels and scores [batch, classes].</summary>
[KerasObject("keras.metrics")]
public class FBetaScore : Metric
{
    Parameter hits = null!, extra = null!, missed = null!, weight = null!;

    /// <summary>The score of a beta.</summary>
    /// <param name="average">How the classes' scores become one: <c>micro</c>, <c>macro</c>, <c>weighted</c>; null for one result a class.</param>
    /// <param name="beta">The weight of recall.</param>
    /// <param name="threshold">Scores above it count as yes; null: the highest score of a sample does.</param>
    public FBetaScore(string? average = null, double beta = 1, double? threshold = null)
    {
        Name = "fbeta_score";
        Average = average is null or "micro" or "macro" or "weighted" ? average : throw new ArgumentException($"FBetaScore: the average '{average}' is not known. Expected micro, macro, weighted or null.");
        Beta = beta > 0 ? beta : throw new ArgumentException($"FBetaScore: beta {beta} is out of range. Expected a positive number.");
        Threshold = threshold is null or > 0 and <= 1 ? threshold : throw new ArgumentException($"FBetaScore: the threshold {threshold} is out of range. Expected null, or a number above 0 and up to 1.");
    }

    /// <summary>How the classes' scores become one.</summary>
    public string? Average { get; }

    /// <summary>The weight of recall.</summary>
    public double Beta { get; }

    /// <summary>Scores above it count as yes.</summary>
    public double? Threshold { get; }

    /// <inheritdoc/>
    protected override void Build(Shape yTrue, Shape yPred)
    {
        Shape each = Average == "micro" ? [] : [MetricFormulas.Classes(this, yPred)];
        (hits, extra, missed, weight) = (State("true_positives", each), State("false_positives", each), State("false_negatives", each), State("intermediate_weights", each));
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var (y, scores) = (A.Cast(yTrue, Dtype), A.Cast(yPred, Dtype));
        var yes = A.Cast(Threshold is { } threshold ? scores > threshold : (scores >= A.Max(scores, -1, keepDims: true)) & (A.Abs(scores) > 1e-9), Dtype);
        return [Add(hits, yes * y), Add(extra, yes * (1 - y)), Add(missed, (1 - yes) * y), Add(weight, y)];

        (Parameter, Variable) Add(Parameter state, Variable value)
        {
            if (sampleWeight is not null) value *= A.ExpandDims(A.Cast(sampleWeight, Dtype), 1);
            return (state, state.Variable + (Average == "micro" ? A.Sum(value) : A.Sum(value, 0)));
        }
    }

    /// <inheritdoc/>
    protected internal override Variable Of()
    {
        const double epsilon = 1e-7;
        var precision = hits.Variable / (hits.Variable + extra.Variable + epsilon);
        var recall = hits.Variable / (hits.Variable + missed.Variable + epsilon);
        var score = precision * recall / (precision * (Beta * Beta) + recall + epsilon) * (1 + Beta * Beta);
        return Average switch { null => score, "weighted" => A.Sum(score * (weight.Variable / (A.Sum(weight.Variable) + epsilon))), _ => A.Mean(score) };
    }
}
