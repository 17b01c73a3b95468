using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What metrics share that count, for each of some thresholds, how often a yes-or-no answer was right or wrong either way.</summary>
public abstract class ConfusionMetric : Metric
{
    readonly Dictionary<Cell, Parameter> counts = [];

    /// <summary>What is counted.</summary>
    private protected enum Cell { TruePositives, FalsePositives, TrueNegatives, FalseNegatives }

    /// <summary>The names of the state and what each counts.</summary>
    private protected abstract (string Name, Cell Cell)[] Counted { get; }

    /// <summary>Answers above one count as yes.</summary>
    private protected abstract double[] Levels { get; }

    /// <summary>How many of the highest scores are kept; null for all.</summary>
    private protected virtual int? Best => null;

    /// <summary>The only class that counts; null for all.</summary>
    private protected virtual int? Class => null;

    /// <summary>Whether each label of [batch, labels] is counted by itself.</summary>
    private protected virtual bool ByLabel => false;

    /// <summary>Weights of the labels, or null.</summary>
    private protected virtual IReadOnlyList<double>? LabelWeight => null;

    private protected Variable this[Cell cell] => counts[cell].Variable;

    /// <summary>A value of all thresholds; of a single one, a number.</summary>
    private protected Variable OneOrAll(Variable x) => Levels.Length == 1 ? x[0] : x;

    /// <summary>Keras' default levels of a number: evenly from 0 to 1.</summary>
    private protected static double[] Even(int number) => [0, .. Enumerable.Range(1, number - 2).Select(i => i / (number - 1.0)), 1];

    /// <inheritdoc/>
    protected override void Build(Shape yTrue, Shape yPred)
    {
        Shape each = ByLabel ? [Levels.Length, MetricFormulas.Classes(this, yPred)] : [Levels.Length];
        foreach (var (name, cell) in Counted) counts[cell] = State(name, each);
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<(Parameter Target, Variable Value)> Accumulate(Variable yTrue, Variable yPred, Variable? sampleWeight)
    {
        var (p, y) = Ranks.Match(A.Cast(yPred, Dtype), A.Cast(yTrue, Dtype));
        if (Best is { } k) p = A.Where(MetricFormulas.AmongBest(p, k), p, A.ZerosLike(p) - 1e10);
        if (Class is { } only) (y, p) = (A.Gather(y, [only], -1), A.Gather(p, [only], -1));
        y = A.Cast(A.NotEqual(y, A.ZerosLike(y)), Dtype);
        var weights = A.OnesLike(p);
        if (sampleWeight is not null)
        {
            var w = A.Cast(sampleWeight, Dtype);
            while (w.Shape.Rank < p.Shape.Rank) w = A.ExpandDims(w, -1);
            weights *= w;
        }
        if (LabelWeight is { } labels && !ByLabel) weights *= A.Constant(NDArray.From(labels.ToArray()).Cast(Dtype));
        if (!ByLabel) (p, y, weights) = (Flat(p), Flat(y), Flat(weights));
        var axis = 1;
        var yes = A.Cast(Above(A.ExpandDims(p, 0)), Dtype);
        var (right, wrong) = (A.ExpandDims(y * weights, 0), A.ExpandDims((1 - y) * weights, 0));
        foreach (var (_, cell) in Counted)
            yield return (counts[cell], counts[cell].Variable + A.Sum(cell switch
            {
                Cell.TruePositives => yes * right,
                Cell.FalsePositives => yes * wrong,
                Cell.TrueNegatives => (1 - yes) * wrong,
                _ => (1 - yes) * right,
            }, axis));
    }

    static Variable Flat(Variable x) => A.Reshape(x, [Dim.Any]);

    /// <summary>Which answers [1, …] are yes at each level: [levels, …].</summary>
    Variable Above(Variable p)
    {
        var (levels, column) = (Levels, Shape.Create([Levels.Length, .. Enumerable.Repeat(1L, p.Shape.Rank - 1)]));
        if (!IsEven(levels)) return p > A.Constant(NDArray.From(levels).Cast(Dtype).Reshape(column));
        // Even levels are compared as Keras does: by the number of the step between levels, in which rounding decides.
        var step = A.Ceil(A.Clip(p, 0, 1) * (levels.Length - 1)) - 1;
        if (levels[0] < 0 || levels[^1] > 1) step = A.Relu(step);
        return step >= A.Constant(NDArray.From(Enumerable.Range(0, levels.Length).ToArray()).Cast(Dtype).Reshape(column));
    }

    static bool IsEven(double[] levels) => levels.Length >= 3 && levels.Select((v, i) => (Level: v, Even: i / (levels.Length - 1.0))).All(l => Math.Abs(l.Level - l.Even) <= 1e-7 + 1e-5 * l.Even);
}
