using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>A mean over lists: rows come in groups of one item that is right, labelled 1, and others labelled 0; its place by score counts.</summary>
public abstract class RankedMetric : MeanMetric
{
    private protected RankedMetric(int k, int negNum)
    {
        (K, NegNum) = (k, negNum);
        if (k < 1 || negNum < 1) throw new ArgumentException($"{GetType().Name}: k is {k} and negNum {negNum}. Expected positive numbers.");
    }

    /// <summary>The places that count.</summary>
    public int K { get; }

    /// <summary>The wrong items of a group.</summary>
    public int NegNum { get; }

    /// <summary>The value of a place, counted from 1.</summary>
    private protected abstract Variable At(Variable place);

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        Shape groups = [Dim.Any, NegNum + 1];
        var (label, score) = (A.Reshape(A.Cast(yTrue, yPred.DType), groups), A.Reshape(yPred, groups));
        var right = A.Sum(label * score, -1, keepDims: true);
        var place = A.Sum(A.Cast(score > right, DType.Float32), -1) + 1;
        return A.Where(place <= K, At(place), A.ZerosLike(place));
    }
}
