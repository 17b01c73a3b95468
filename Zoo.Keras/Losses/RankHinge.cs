using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// max(0, margin + negative − positive) of pairs of scores [batch, 2, …], the positive one first, for learning to rank (Analytics Zoo's RankHinge). Labels do not count.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class RankHinge(double margin = 1) : Loss
{
    /// <summary>How much better the positive one must be.</summary>
    public double Margin { get; } = margin;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred) => yPred.Shape is { HasRank: true, Rank: >= 2 } && yPred.Shape[1] is 2 or < 0
        ? A.Relu(yPred.IndexSelect(1, 1) - yPred.IndexSelect(1, 0) + Margin)
        : throw new ShapeException($"RankHinge: the predictions have shape {yPred.Shape}. Expected pairs [batch, 2, …], the positive one first.") { Actual = yPred.Shape };
}
