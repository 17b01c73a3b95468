using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public static partial class Criterions
{
    /// <summary>A criterion of a pair of inputs and a label for each pair: −1 or 1.</summary>
    static Loss Pairs(string name, bool average, Func<Variable, Variable, Variable, Variable> formula) => new Criterion(name, average, (y, x) =>
    {
        var value = formula(Part(x, 0), Part(x, 1), A.Cast(y, x.DType).Shape.Rank > 1 ? Flat(A.Cast(y, x.DType)) : A.Cast(y, x.DType));
        return Rest(value, average);
    });

    static Variable Vector(Variable y) => y.Shape.Rank > 1 ? A.Squeeze(y, -1) : y;

    /// <summary>1 − cosine of the pair where y is 1, max(0, cosine − margin) where it is −1 (<c>CosineEmbeddingCriterion</c>).</summary>
    public static Loss CosineEmbedding(double margin = 0, bool sizeAverage = true) => Pairs("cosine_embedding_criterion", sizeAverage, (a, b, y) =>
        A.Where(Vector(y) > 0, 1 - Cosine(a, b), A.Maximum(Cosine(a, b) - margin, 0)));

    /// <summary>The sum of differences' sizes where y is 1, max(0, margin − it) where it is −1 (<c>L1HingeEmbeddingCriterion</c>).</summary>
    public static Loss L1HingeEmbedding(double margin = 1) => Pairs("l1_hinge_embedding_criterion", true, (a, b, y) =>
        A.Where(Vector(y) > 0, Rest(A.Abs(a - b), average: false), A.Maximum(margin - Rest(A.Abs(a - b), average: false), 0)));

    /// <summary>max(0, margin − y (a − b)): the first of the pair is to be above the second where y is 1 (<c>MarginRankingCriterion</c>).</summary>
    public static Loss MarginRanking(double margin = 1, bool sizeAverage = true) => Pairs("margin_ranking_criterion", sizeAverage, (a, b, y) => A.Maximum(margin - Ranks.Match(y, a).Item1 * (a - b), 0));

    /// <summary>½ Σ (mean² + e^v − 1 − v) of means and logarithms of variances v: the divergence from a standard normal distribution, whatever the labels; the mean over samples (<c>KLDCriterion</c>).</summary>
    public static Loss KLD(bool sizeAverage = true) => new Criterion("kld_criterion", sizeAverage, (_, x) =>
        Rest(A.Square(Part(x, 0)) + A.Exp(Part(x, 1)) - 1 - Part(x, 1), average: false) * 0.5);

    /// <summary>½ Σ (log 2π + v + (y − mean)² / e^v) of means and logarithms of variances v: the negative logarithm of the likelihood, summed over samples (<c>GaussianCriterion</c>).</summary>
    public static Loss Gaussian() => new Criterion("gaussian_criterion", false, (y, x) =>
        Rest(Math.Log(2 * Math.PI) + Part(x, 1) + A.SquaredDifference(y, Part(x, 0)) / A.Exp(Part(x, 1)), average: false) * 0.5);
}
