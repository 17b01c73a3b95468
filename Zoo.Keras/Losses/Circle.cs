using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Draws embeddings of one class together and others apart (Sun and others, 2020). Predictions are unit vectors [batch, size], labels class numbers; samples whose loss is 0 do not count.</summary>
[KerasObject("keras.losses")]
public sealed class Circle : Loss
{
    /// <summary>The scale of similarities.</summary>
    public double Gamma { get; init; } = 80;

    /// <summary>The margin by which pairs are relaxed.</summary>
    public double Margin { get; init; } = 0.4;

    /// <summary>Whether a sample is no pair with itself.</summary>
    public bool RemoveDiagonal { get; init; } = true;

    internal override bool TakesClasses => true;

    private protected override Variable? Valid(Variable yTrue, Variable yPred) => Call(yTrue, yPred) > 0;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        var labels = Ranks.Classes(yTrue, yPred);
        var distances = A.Maximum(1 - A.MatMul(yPred, yPred, transposeB: true), 0);
        var same = A.Equal(A.ExpandDims(labels, 1), A.ExpandDims(labels, 0));
        var others = !same;
        if (RemoveDiagonal)
        {
            var numbers = A.Range(A.SizeOf(labels));
            same &= A.NotEqual(A.ExpandDims(numbers, 1), A.ExpandDims(numbers, 0));
        }
        // Pairs that do not count get a weight of 0 before their logarithm's sum, and e^-∞ in it.
        var near = Sum(same, A.Maximum((distances + Margin) * A.Cast(same, distances.DType), 0) * (Margin - distances) * -Gamma);
        var far = Sum(others, A.Maximum((1 + Margin - distances) * A.Cast(others, distances.DType), 0) * (1 - Margin - distances) * Gamma);
        return A.Softplus(near + far);
    }

    /// <summary>log Σ eˣ over the pairs of a sample; -∞ where it has none.</summary>
    static Variable Sum(Variable counts, Variable x)
    {
        var (least, none) = (x.Weak(double.NegativeInfinity), A.ZerosLike(x));
        var max = A.StopGradient(A.Max(A.Where(counts, x, least), 1, keepDims: true));
        max = A.Where(A.IsFinite(max), max, A.ZerosLike(max));
        return A.Log(A.Sum(A.Where(counts, A.Exp(A.Where(counts, x - max, none)), none), 1)) + A.Squeeze(max, 1);
    }
}
