using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// The criterions of BigDL and Analytics Zoo by their names, as losses for Compile: <c>model.Compile("sgd", Criterions.SmoothL1())</c>. Labels come from 0; where a criterion takes
/// class numbers, <c>oneBased: true</c> has them from 1. Where BigDL takes a pair of inputs, predictions hold both along axis 1: [batch, 2, …].
/// </summary>
public static partial class Criterions
{
    /// <summary>The sum or the mean over all but the batch.</summary>
    static Variable Rest(Variable x, bool average) => x.Shape.Rank < 2 ? x : average ? A.Mean(Flat(x), 1) : A.Sum(Flat(x), 1);

    static Variable Flat(Variable x) => x.Shape.Rank == 2 ? x : A.Reshape(x, A.Stack([A.ShapeOf(x)[0], A.Constant(-1, DType.Int32)]));

    /// <summary>A criterion of elements: their mean, or their sum.</summary>
    static Loss Elements(string name, bool average, Func<Variable, Variable, Variable> formula) => new Criterion(name, average, (y, x) => Rest(formula(Like(y, x), x), average));

    /// <summary>A criterion of samples: of the sum within each the mean, or the sum.</summary>
    static Loss Samples(string name, bool average, Func<Variable, Variable, Variable> formula) => new Criterion(name, average, (y, x) => Rest(formula(Like(y, x), x), average: false));

    static Variable Like(Variable y, Variable x) => Ranks.Match(A.Cast(y, x.DType), x).Item1;

    static Variable Dot(Variable a, Variable b) => A.Sum(a * b, -1);

    /// <summary>(x − y)², the mean (<c>MSECriterion</c>).</summary>
    public static Loss MSE(bool sizeAverage = true) => Elements("mse_criterion", sizeAverage, (y, x) => A.SquaredDifference(x, y));

    /// <summary>|x − y|, the mean (<c>AbsCriterion</c>).</summary>
    public static Loss Abs(bool sizeAverage = true) => Elements("abs_criterion", sizeAverage, (y, x) => A.Abs(x - y));

    /// <summary>½ d² where |d| is below 1, else |d| − ½ (<c>SmoothL1Criterion</c>).</summary>
    public static Loss SmoothL1(bool sizeAverage = true) => Elements("smooth_l1_criterion", sizeAverage, (y, x) => Bowl(x - y, 1));

    /// <summary>The same of d = (x − y) · inside, bent at 1/σ², times outside: labels hold y, inside and outside along axis 1; the sum is divided by num, where it is above 0 (<c>SmoothL1CriterionWithWeights</c>).</summary>
    public static Loss SmoothL1WithWeights(double sigma, int num = 0) => new Criterion("smooth_l1_criterion_with_weights", false, (y, x) =>
        Rest(Bowl((x - Part(y, 0)) * Part(y, 1), sigma) * Part(y, 2), average: false) / Math.Max(num, 1));

    static Variable Bowl(Variable d, double sigma) =>
        A.Where(A.Abs(d) < 1 / (sigma * sigma), A.Square(d * sigma) * 0.5, A.Abs(d) - 0.5 / (sigma * sigma));

    /// <summary>−(y log x + (1 − y) log(1 − x)), weighted by the place within a sample, the mean (<c>BCECriterion</c>).</summary>
    public static Loss BCE(double[]? weights = null, bool sizeAverage = true) => Elements("bce_criterion", sizeAverage, (y, x) =>
        Weighted(-(y * A.Log(x + Tiny) + (1 - y) * A.Log(1 - x + Tiny)), weights));

    const double Tiny = 1e-12;

    static Variable Weighted(Variable x, double[]? weights) => weights is null ? x : x * A.Constant(NDArray.From(weights).Cast(x.DType));

    /// <summary>BCE of sigmoid(x), the mean (<c>MultiLabelSoftMarginCriterion</c>).</summary>
    public static Loss MultiLabelSoftMargin(double[]? weights = null, bool sizeAverage = true) => Elements("multi_label_soft_margin_criterion", sizeAverage, (y, x) =>
        Weighted(A.Maximum(x, 0) - x * y + A.Log1p(A.Exp(-A.Abs(x))), weights));

    /// <summary>max(0, margin − x y), or its square, the mean; labels are −1 and 1 (<c>MarginCriterion</c>).</summary>
    public static Loss Margin(double margin = 1, bool sizeAverage = true, bool squared = false) => Elements("margin_criterion", sizeAverage, (y, x) =>
        squared ? A.Square(A.Maximum(margin - x * y, 0)) : A.Maximum(margin - x * y, 0));

    /// <summary>log(1 + e^(−x y)), the mean (<c>SoftMarginCriterion</c>).</summary>
    public static Loss SoftMargin(bool sizeAverage = true) => Elements("soft_margin_criterion", sizeAverage, (y, x) => A.Softplus(-x * y));

    /// <summary>x where y is 1, max(0, margin − x) where it is −1, the mean (<c>HingeEmbeddingCriterion</c>).</summary>
    public static Loss HingeEmbedding(double margin = 1, bool sizeAverage = true) => Elements("hinge_embedding_criterion", sizeAverage, (y, x) => A.Where(y > 0, x, A.Maximum(margin - x, 0)));

    /// <summary>y (log y − x) where y is above 0, the mean; predictions are logarithms (<c>DistKLDivCriterion</c>).</summary>
    public static Loss DistKLDiv(bool sizeAverage = true) => Elements("dist_kl_div_criterion", sizeAverage, (y, x) => A.Where(y > 0, y * (A.Log(A.Maximum(y, 1e-30)) - x), A.ZerosLike(x)));

    /// <summary>The sum of |x|, whatever the labels (<c>L1Cost</c>).</summary>
    public static Loss L1Cost() => new Criterion("l1_cost", false, (_, x) => Rest(A.Abs(x), average: false));

    /// <summary>1 − the cosine of both, the mean (<c>CosineDistanceCriterion</c>).</summary>
    public static Loss CosineDistance(bool sizeAverage = true) => new Criterion("cosine_distance_criterion", sizeAverage, (y, x) => 1 - Cosine(x, y));

    static Variable Cosine(Variable a, Variable b) => Dot(a, b) * A.Rsqrt(Dot(a, a) * Dot(b, b) + Tiny);

    /// <summary>−x' y' of vectors of length 1, the mean over all elements (<c>CosineProximityCriterion</c>).</summary>
    public static Loss CosineProximity() => Elements("cosine_proximity_criterion", true, (y, x) => -Unit(x) * Unit(y));

    static Variable Unit(Variable x) => x * A.Rsqrt(A.Maximum(A.Sum(A.Square(x), -1, keepDims: true), Tiny));

    /// <summary>The sum of x y; divided by the number of samples with sizeAverage (<c>DotProductCriterion</c>).</summary>
    public static Loss DotProduct(bool sizeAverage = false) => Samples("dot_product_criterion", sizeAverage, (y, x) => x * y);

    /// <summary>Of policy gradients: −y log x, y being the reward of the action that was taken and 0 elsewhere (<c>PGCriterion</c>).</summary>
    public static Loss PG(bool sizeAverage = false) => Samples("pg_criterion", sizeAverage, (y, x) => -y * A.Log(A.Maximum(x, 1e-30)));

    /// <summary>1 − 2 Σ x y / (Σ x + Σ y + epsilon), the mean over samples (<c>DiceCoefficientCriterion</c>).</summary>
    public static Loss DiceCoefficient(bool sizeAverage = true, double epsilon = 1) => new Criterion("dice_coefficient_criterion", sizeAverage, (y, x) =>
        1 - Rest(x * y, average: false) * 2 / (Rest(x, average: false) + Rest(y, average: false) + epsilon));

    /// <summary>100 |y − x| / |y|, the mean (<c>MeanAbsolutePercentageCriterion</c>).</summary>
    public static Loss MeanAbsolutePercentage() => Elements("mean_absolute_percentage_criterion", true, (y, x) => A.Abs(y - x) / A.Maximum(A.Abs(y), 1e-7) * 100);

    /// <summary>(log(1 + y) − log(1 + x))², the mean (<c>MeanSquaredLogarithmicCriterion</c>).</summary>
    public static Loss MeanSquaredLogarithmic() => Elements("mean_squared_logarithmic_criterion", true, (y, x) => A.SquaredDifference(A.Log1p(A.Maximum(y, 1e-7)), A.Log1p(A.Maximum(x, 1e-7))));

    /// <summary>Σ y log(y / x), the mean over samples (<c>KullbackLeiblerDivergenceCriterion</c>).</summary>
    public static Loss KullbackLeiblerDivergence() => Samples("kullback_leibler_divergence_criterion", true, (y, x) => A.Clip(y, 1e-7, 1) * A.Log(A.Clip(y, 1e-7, 1) / A.Clip(x, 1e-7, 1)));

    /// <summary>x − y log x, the mean (<c>PoissonCriterion</c>).</summary>
    public static Loss Poisson() => Elements("poisson_criterion", true, (y, x) => x - y * A.Log(x + 1e-7));

    /// <summary>A criterion of what two functions make of predictions and labels (<c>TransformerCriterion</c>).</summary>
    public static Loss Transformer(Loss criterion, Func<Variable, Variable>? inputTransformer = null, Func<Variable, Variable>? targetTransformer = null) =>
        Around("transformer_criterion", criterion, (y, x) => criterion.Call(targetTransformer?.Invoke(y) ?? y, inputTransformer?.Invoke(x) ?? x));

    /// <summary>Criterions of the same predictions and labels, weighted and added up (<c>MultiCriterion</c>).</summary>
    public static Loss Multi(params (Loss Criterion, double Weight)[] criterions) => Joined("multi_criterion", criterions, (v, _) => v);

    /// <summary>Criterions each of its own entry along axis 1 of predictions and labels (with repeatTarget: of all labels), weighted and added up (<c>ParallelCriterion</c>).</summary>
    public static Loss Parallel(bool repeatTarget, params (Loss Criterion, double Weight)[] criterions) => Joined("parallel_criterion", criterions, Part, repeatTarget);

    static Loss Joined(string name, (Loss Criterion, double Weight)[] criterions, Func<Variable, int, Variable> part, bool repeats = true)
    {
        if (criterions.Length == 0) throw new ArgumentException($"Criterions: {name} has no criterion. Expected at least one.");
        return new Criterion(name, false, (y, x) => criterions.Select((c, i) => c.Criterion.Of(repeats ? y : part(y, i), part(x, i)) * c.Weight).Aggregate((a, b) => a + A.Cast(b, a.DType)), criterions[0].Criterion.TakesClasses);
    }

    static Loss Around(string name, Loss inner, Func<Variable, Variable, Variable> each) => new Criterion(name, inner.Reduction != Reduction.Sum, each, inner.TakesClasses);

    /// <summary>One entry along axis 1.</summary>
    static Variable Part(Variable x, int index) => A.Squeeze(x[.., index..(index + 1)], 1);

    /// <summary>A criterion of each step along an axis, added up; their mean with sizeAverage (<c>TimeDistributedCriterion</c>).</summary>
    /// <param name="criterion">The criterion.</param>
    /// <param name="sizeAverage">Whether the mean over the steps is taken.</param>
    /// <param name="dimension">The axis; 1 is the first behind the batch.</param>
    public static Loss TimeDistributed(Loss criterion, bool sizeAverage = false, int dimension = 1) => new Criterion("time_distributed_criterion", false, (y, x) =>
    {
        var steps = x.Shape[dimension] >= 0 ? (int)x.Shape[dimension] : throw new ShapeException($"TimeDistributed: predictions of shape {x.Shape} have an unknown number of steps. Expected a known one. Give the Input its sizes.") { Actual = x.Shape };
        Variable At(Variable v, int step) => A.Squeeze(A.Gather(v, [step], dimension), dimension);
        var sum = Enumerable.Range(0, steps).Select(i => criterion.Of(At(y, i), At(x, i))).Aggregate((a, b) => a + b);
        return sizeAverage ? sum / steps : sum;
    }, criterion.TakesClasses);

    /// <summary>A criterion of each step of sequences [batch, steps, …]; steps whose label is the padding do not count (<c>TimeDistributedMaskCriterion</c>).</summary>
    public static Loss TimeDistributedMask(Loss criterion, int paddingValue = 0) => new Criterion("time_distributed_mask_criterion", true, (y, x) => criterion.Call(y, x), criterion.TakesClasses,
        (y, _) => A.NotEqual(y, y.Weak(paddingValue)));
}
