using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public static partial class Criterions
{
    /// <summary>−log of the label's probability, weighted by class; the mean divides by the sum of the weights (<c>ClassNLLCriterion</c>).</summary>
    /// <param name="weights">A weight for each class.</param>
    /// <param name="sizeAverage">Whether the mean is taken.</param>
    /// <param name="logProbAsInput">Whether predictions are logarithms of probabilities.</param>
    /// <param name="paddingValue">A label that does not count; null for none.</param>
    /// <param name="oneBased">Whether labels are counted from 1.</param>
    public static Loss ClassNLL(double[]? weights = null, bool sizeAverage = true, bool logProbAsInput = true, int? paddingValue = -1, bool oneBased = false) =>
        Classes("class_nll_criterion", weights, sizeAverage, x => logProbAsInput ? x : A.Log(A.Maximum(x, 1e-8)), paddingValue, oneBased);

    /// <summary>ClassNLL of log softmax(x) (<c>CrossEntropyCriterion</c>).</summary>
    public static Loss CrossEntropy(double[]? weights = null, bool sizeAverage = true, bool oneBased = false) => Classes("cross_entropy_criterion", weights, sizeAverage, A.LogSoftmax, null, oneBased);

    static Loss Classes(string name, double[]? weights, bool average, Func<Variable, Variable> log, int? padding, bool oneBased)
    {
        // a label that does not count stands for class 0 where a class is looked up
        (Variable Label, Variable? Counts) Labels(Variable y, Variable x)
        {
            var label = Ranks.Classes(y, x);
            var counts = padding is { } pad ? A.NotEqual(label, label.Weak(pad)) : null;
            if (oneBased) label -= 1;
            return (counts is null ? label : A.Where(counts, label, A.ZerosLike(label)), counts);
        }
        Variable Weight(Variable y, Variable x)
        {
            var (label, counts) = Labels(y, x);
            var weight = weights is null ? A.Cast(A.OnesLike(label), x.DType) : A.Gather(A.Constant(NDArray.From(weights).Cast(x.DType)), label);
            return counts is null ? weight : weight * A.Cast(counts, x.DType);
        }
        return new Criterion(name, average, (y, x) => -Own(log(x), Labels(y, x).Label), classes: true, weights is null && padding is null ? null : Weight);
    }

    /// <summary>The entry of the label's class.</summary>
    static Variable Own(Variable x, Variable label) => A.Sum(x * A.OneHot(label, (int)x.Shape[-1], dtype: x.DType), -1);

    /// <summary>−Σ y log x of one-hot labels, the mean over samples (<c>CategoricalCrossEntropy</c>).</summary>
    public static Loss CategoricalCrossEntropy() => Samples("categorical_cross_entropy", true, (y, x) => -y * A.Log(A.Clip(x, 1e-7, 1 - 1e-7)));

    /// <summary>max(0, margin − x[label] + x[i])^p over the other classes, weighted by the label's class, over the number of classes (<c>MultiMarginCriterion</c>).</summary>
    public static Loss MultiMargin(int p = 1, double[]? weights = null, double margin = 1, bool sizeAverage = true, bool oneBased = false) => new Criterion("multi_margin_criterion", sizeAverage, (y, x) =>
    {
        var label = oneBased ? Ranks.Classes(y, x) - 1 : Ranks.Classes(y, x);
        var own = A.OneHot(label, (int)x.Shape[-1], dtype: x.DType);
        var far = A.Maximum(margin - A.ExpandDims(A.Sum(x * own, -1), -1) + x, 0);
        var each = (p == 2 ? A.Square(far) : far) * (1 - own);
        if (weights is not null) each *= A.ExpandDims(A.Gather(A.Constant(NDArray.From(weights).Cast(x.DType)), label), -1);
        return A.Mean(each, -1);
    }, classes: true);

    /// <summary>max(0, 1 − x[j] + x[i]) over all labels j and all other classes i, over the number of classes. Labels are lists of classes, filled up with −1 (with oneBased: 0) (<c>MultiLabelMarginCriterion</c>).</summary>
    public static Loss MultiLabelMargin(bool sizeAverage = true, bool oneBased = false) => new Criterion("multi_label_margin_criterion", sizeAverage, (y, x) =>
    {
        var own = A.Minimum(A.Sum(A.OneHot(oneBased ? y - 1 : y, (int)x.Shape[-1], dtype: x.DType), -2), 1);
        var far = A.Maximum(1 - A.ExpandDims(x, -1) + A.ExpandDims(x, -2), 0);
        return A.Sum(A.Sum((far * A.ExpandDims(own, -1) * A.ExpandDims(1 - own, -2)), -1), -1) / x.Shape[-1];
    }, classes: true);

    /// <summary>−log softmax(x)[label] with the classes along axis 1, as Caffe's layer (<c>SoftmaxWithCriterion</c>).</summary>
    /// <param name="ignoreLabel">A label that does not count; null for none.</param>
    /// <param name="normalizeMode">What the sum is divided by: <c>VALID</c> the labels that count, <c>FULL</c> all labels, <c>BATCH_SIZE</c> the samples, <c>NONE</c> nothing.</param>
    /// <param name="oneBased">Whether labels are counted from 1.</param>
    public static Loss SoftmaxWith(int? ignoreLabel = null, string normalizeMode = "VALID", bool oneBased = false)
    {
        if (normalizeMode is not ("VALID" or "FULL" or "BATCH_SIZE" or "NONE")) throw new ArgumentException($"SoftmaxWith: the mode '{normalizeMode}' is not known. Expected VALID, FULL, BATCH_SIZE or NONE.");
        return new Criterion("softmax_with_criterion", normalizeMode is "VALID" or "FULL", (y, x) =>
        {
            var last = A.Transpose(x, [0, .. Enumerable.Range(2, x.Shape.Rank - 2).Select(i => (long)i), 1]);
            var label = y.Shape.Rank == x.Shape.Rank ? A.Squeeze(y, 1) : y;
            var counts = Counts(label, last);
            var each = -Own(A.LogSoftmax(last), oneBased ? label - 1 : label) * counts;
            return normalizeMode == "BATCH_SIZE" ? Rest(each, average: false) / A.Cast(A.ShapeOf(x)[0], x.DType) : each;
        }, classes: true, normalizeMode == "VALID" ? (y, x) => Counts(y.Shape.Rank == x.Shape.Rank ? A.Squeeze(y, 1) : y, x) : null);

        Variable Counts(Variable label, Variable like) => A.Cast(ignoreLabel is { } ignored ? A.NotEqual(label, label.Weak(ignored)) : A.Equal(label, label), like.DType);
    }

    /// <summary>The mean squared distance to the corner of the label's class in a regular simplex (<c>ClassSimplexCriterion</c>).</summary>
    public static Loss ClassSimplex(int nClasses, bool sizeAverage = true, bool oneBased = false)
    {
        if (nClasses < 2) throw new ArgumentException($"ClassSimplex: {nClasses} classes have no simplex. Expected at least 2.");
        var corners = Corners(nClasses);
        return new Criterion("class_simplex_criterion", sizeAverage, (y, x) =>
            Rest(A.SquaredDifference(x, A.Gather(A.Constant(corners.Cast(x.DType)), oneBased ? Ranks.Classes(y, x) - 1 : Ranks.Classes(y, x))), sizeAverage), classes: true);
    }

    /// <summary>Corners of length 1 with equal angles, in as many axes as classes; of the last axis all are 0.</summary>
    static NDArray Corners(int classes)
    {
        var (n, at) = (classes - 1, new double[classes, classes]);
        for (var k = 0; k < n; k++)
        {
            at[k, k] = Math.Sqrt(1 - Enumerable.Range(0, k).Sum(i => at[k, i] * at[k, i]));
            var rest = (at[k, k] * at[k, k] - 1 - 1.0 / n) / at[k, k];
            for (var below = k + 1; below <= n; below++) at[below, k] = rest;
        }
        return NDArray.From(at);
    }
}
