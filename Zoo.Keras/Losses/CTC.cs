using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// Connectionist temporal classification (Graves and others, 2006): the negative log-probability that frames of logits [batch, frames, classes] spell labels
/// [batch, length]. Class 0 is the blank; a label 0 ends the labels of a sample. Labels that no alignment can spell give infinity.
/// </summary>
[KerasObject("keras.losses")]
public sealed class CTC : Loss
{
    const double Never = -1e30;   // the logarithm of what cannot be; infinities would have no gradient

    internal override bool TakesClasses => true;

    /// <inheritdoc/>
    protected internal override Variable Call(Variable yTrue, Variable yPred)
    {
        if (yTrue.Shape.Rank != 2 || yPred.Shape.Rank != 3 || yTrue.Shape[1] < 0 || yPred.Shape[1] < 0)
            throw new ShapeException($"CTC: labels {yTrue.Shape} and predictions {yPred.Shape} were given. Expected labels [batch, length] and logits [batch, frames, classes] with known length and frames.") { Actual = yPred.Shape };
        int length = (int)yTrue.Shape[1], frames = (int)yPred.Shape[1], states = 2 * length + 1;
        var labels = A.Cast(yTrue, DType.Int32);
        // states: a blank before, between and after the labels
        var symbols = A.Reshape(A.Stack([A.ZerosLike(labels), labels], 2), [Dim.Any, 2 * length]);
        symbols = A.Concat([symbols, A.ZerosLike(symbols[.., ..1])], 1);
        var scores = A.Gather(A.LogSoftmax(yPred), symbols, axis: 2, batchDims: 1);   // [batch, frames, states]
        var ends = A.Sum(A.Cast(A.NotEqual(labels, A.ZerosLike(labels)), DType.Int32), 1, keepDims: true) * 2;
        var numbers = A.ExpandDims(A.Range(states), 0);
        var never = A.ZerosLike(scores[.., 0]) + Never;
        // from one label straight to the next, where they differ
        var skips = A.NotEqual(symbols, A.ZerosLike(symbols)) & A.NotEqual(symbols, Shift(symbols, 2, A.ZerosLike(symbols))) & (numbers >= 2);
        var paths = A.Where(numbers < 2, scores[.., 0], never);
        for (var t = 1; t < frames; t++)
            paths = scores[.., t] + Either(paths, Shift(paths, 1, never), A.Where(skips, Shift(paths, 2, never), never));
        var last = A.Where(A.Equal(numbers, ends) | A.Equal(numbers, ends - 1), paths, never);
        var found = A.LogSumExp(last, 1);
        return A.Where(found < Never / 2, A.ZerosLike(found) + double.PositiveInfinity, -found);
    }

    static Variable Shift(Variable x, int by, Variable fill) => x.Shape[1] < by ? fill : A.Concat([fill[.., ..by], x[.., ..^by]], 1);

    static Variable Either(params Variable[] logs)
    {
        var max = A.StopGradient(logs.Aggregate(A.Maximum));
        return max + A.Log(logs.Select(l => A.Exp(l - max)).Aggregate((a, b) => a + b));
    }
}
