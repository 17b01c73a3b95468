using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>The area under a curve of rates over thresholds, by a sum over steps between these.</summary>
[KerasObject("keras.metrics")]
public sealed class AUC : ConfusionMetric
{
    const double Epsilon = 1e-7;

    /// <summary>The area.</summary>
    /// <param name="numThresholds">The number of thresholds; of named <paramref name="thresholds"/> two more than these.</param>
    /// <param name="curve"><c>ROC</c>, <c>PR</c> or <c>PRGAIN</c>.</param>
    /// <param name="summationMethod"><c>interpolation</c>, <c>minoring</c> or <c>majoring</c>.</param>
    /// <param name="thresholds">Thresholds between 0 and 1; null for even ones.</param>
    /// <param name="multiLabel">Whether each label of [batch, labels] has an area of its own, of which the mean is taken.</param>
    /// <param name="numLabels">The number of labels, where known.</param>
    /// <param name="labelWeights">Weights of the labels.</param>
    /// <param name="fromLogits">Whether predictions are logits.</param>
    public AUC(int numThresholds = 200, string curve = "ROC", string summationMethod = "interpolation", double[]? thresholds = null, bool multiLabel = false, int? numLabels = null, double[]? labelWeights = null, bool fromLogits = false)
    {
        Curve = curve.ToUpperInvariant() is "ROC" or "PR" or "PRGAIN" ? curve.ToUpperInvariant() : throw new ArgumentException($"AUC: the curve '{curve}' is not known. Expected ROC, PR or PRGAIN.");
        SummationMethod = summationMethod.ToLowerInvariant() is "interpolation" or "minoring" or "majoring" ? summationMethod.ToLowerInvariant()
            : throw new ArgumentException($"AUC: the method '{summationMethod}' is not known. Expected interpolation, minoring or majoring.");
        if (thresholds is null && numThresholds <= 1) throw new ArgumentException($"AUC: {numThresholds} thresholds were asked for. Expected at least two.");
        if (numLabels is not null && !multiLabel) throw new ArgumentException($"AUC: the number of labels {numLabels} was given without multiLabel. Expected both or none.");
        (Thresholds, NumThresholds, MultiLabel, NumLabels, LabelWeights, FromLogits) = (thresholds is null ? null : [.. thresholds.Order()], thresholds is null ? numThresholds : thresholds.Length + 2, multiLabel, numLabels, labelWeights, fromLogits);
        var inner = Thresholds ?? Even(NumThresholds)[1..^1];
        Levels = [-Epsilon, .. inner, 1 + Epsilon];
    }

    /// <summary>The number of thresholds.</summary>
    public int NumThresholds { get; }

    /// <summary>The curve.</summary>
    public string Curve { get; }

    /// <summary>How the steps are summed.</summary>
    public string SummationMethod { get; }

    /// <summary>The thresholds that were named.</summary>
    [KerasOptional]
    public double[]? Thresholds { get; }

    /// <summary>Whether each label has an area of its own.</summary>
    public bool MultiLabel { get; }

    /// <summary>The number of labels.</summary>
    public int? NumLabels { get; }

    /// <summary>Weights of the labels.</summary>
    public double[]? LabelWeights { get; }

    /// <summary>Whether predictions are logits.</summary>
    public bool FromLogits { get; }

    private protected override (string, Cell)[] Counted =>
        [("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives), ("true_negatives", Cell.TrueNegatives), ("false_negatives", Cell.FalseNegatives)];

    private protected override double[] Levels { get; }

    private protected override bool ByLabel => MultiLabel;

    private protected override IReadOnlyList<double>? LabelWeight => LabelWeights;

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight) =>
        base.Accumulate(yTrue, FromLogits ? A.Sigmoid(yPred) : yPred, sampleWeight);

    /// <inheritdoc/>
    protected internal override Variable Of()
    {
        var (tp, fp, tn, fn) = (this[Cell.TruePositives], this[Cell.FalsePositives], this[Cell.TrueNegatives], this[Cell.FalseNegatives]);
        if (Curve == "PR" && SummationMethod == "interpolation") return Total(Interpolated(tp, tp + fp, fn));
        var recall = A.DivNoNan(tp, tp + fn);
        var (x, y) = Curve switch { "ROC" => (A.DivNoNan(fp, fp + tn), recall), "PR" => (recall, A.DivNoNan(tp, tp + fp)), _ => Gains(tp, fp, tn, fn) };
        var height = SummationMethod switch { "interpolation" => (y[..^1] + y[1..]) / 2, "minoring" => A.Minimum(y[..^1], y[1..]), _ => A.Maximum(y[..^1], y[1..]) };
        return Total((x[..^1] - x[1..]) * height);
    }

    /// <summary>The steps' areas under precision over recall, each exact for true positives that grow evenly (Davis and Goadrich, 2006).</summary>
    static Variable Interpolated(Variable tp, Variable p, Variable fn)
    {
        var gained = tp[..^1] - tp[1..];
        var slope = A.DivNoNan(gained, A.Maximum(p[..^1] - p[1..], 0));
        var offset = tp[1..] - slope * p[1..];
        var ratio = A.Where((p[..^1] > 0) & (p[1..] > 0), A.DivNoNan(p[..^1], A.Maximum(p[1..], 0)), A.OnesLike(p[1..]));
        return A.DivNoNan(slope * (gained + offset * A.Log(ratio)), A.Maximum(tp[1..] + fn[1..], 0));
    }

    static (Variable, Variable) Gains(Variable tp, Variable fp, Variable tn, Variable fn)
    {
        var scale = A.DivNoNan(tp + fn, tn + fp);
        var none = A.Equal(tp, A.ZerosLike(tp));
        var recall = A.Where(none, A.ZerosLike(tp), 1 - scale * A.DivNoNan(fn, tp));
        return (A.Maximum(recall, 0), A.Where(none, A.OnesLike(tp), 1 - scale * A.DivNoNan(fp, tp)));
    }

    Variable Total(Variable steps)
    {
        if (!MultiLabel) return A.Sum(steps);
        var each = A.Sum(steps, 0);
        if (LabelWeights is null) return A.Mean(each);
        var weights = A.Constant(NDArray.From(LabelWeights).Cast(Dtype));
        return A.DivNoNan(A.Sum(each * weights), A.Sum(weights));
    }
}
