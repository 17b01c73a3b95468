using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The losses of samples, of labels and predictions: what losses and metrics of one name share.</summary>
internal static partial class LossFormulas
{
    /// <summary>Keras' epsilon: probabilities stay this far from 0 and 1.</summary>
    const double Epsilon = A.Epsilon;

    internal static Variable SquaredError(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return A.Mean(A.SquaredDifference(yPred, yTrue), -1);
    }

    internal static Variable AbsoluteError(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return A.Mean(A.Abs(yPred - yTrue), -1);
    }

    internal static Variable Binary(Variable yTrue, Variable yPred, bool fromLogits, double smoothing = 0, int axis = -1)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        if (smoothing > 0) yTrue = yTrue * (1 - smoothing) + 0.5 * smoothing;
        var (scores, logits) = Logits(yPred, fromLogits, "Sigmoid");
        if (logits) return A.Mean(A.Maximum(scores, 0) - scores * yTrue + A.Log1p(A.Exp(-A.Abs(scores))), axis);
        var p = Inside(scores);
        return A.Mean(-(yTrue * A.Log(p) + (1 - yTrue) * A.Log(1 - p)), axis);
    }

    internal static Variable Categorical(Variable yTrue, Variable yPred, bool fromLogits, double smoothing = 0, int axis = -1)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        if (smoothing > 0) yTrue = yTrue * (1 - smoothing) + smoothing / yTrue.Shape[-1];   // Keras counts the last axis, whichever the classes lie along
        (yTrue, yPred) = (Last(yTrue, axis), Last(yPred, axis));
        var (scores, logits) = Logits(yPred, fromLogits, "Softmax");
        if (!logits) return -A.Sum(yTrue * A.Log(Inside(scores / A.Sum(scores, -1, keepDims: true))), -1);
        if (scores.Shape.Rank == 2) return A.SoftmaxCrossEntropy(scores, yTrue);
        var rows = A.SoftmaxCrossEntropy(A.Reshape(scores, [Dim.Any, scores.Shape[-1]]), A.Reshape(yTrue, [Dim.Any, scores.Shape[-1]]));
        return A.Reshape(rows, A.ShapeOf(A.Sum(scores, -1)));
    }

    /// <summary>Of probabilities that come from a softmax the logits are used, as Keras on TensorFlow does: exact where a probability underflows.</summary>
    internal static Variable Sparse(Variable yTrue, Variable yPred, bool fromLogits, int? ignored = null)
    {
        var classes = A.Cast(Ranks.Classes(yTrue, yPred), DType.Int64);
        var valid = ignored is { } one ? A.NotEqual(classes, classes.Weak(one)) : null;
        if (valid is not null) classes = A.Where(valid, classes, A.ZerosLike(classes));
        var (scores, logits) = Logits(yPred, fromLogits, "Softmax");
        if (!logits) scores = A.Log(Inside(scores));
        var losses = scores.Shape.Rank == 2 ? A.SparseSoftmaxCrossEntropy(scores, classes)
            : A.Reshape(A.SparseSoftmaxCrossEntropy(A.Reshape(scores, [Dim.Any, scores.Shape[-1]]), A.Reshape(classes, [Dim.Any])), A.ShapeOf(classes));
        return valid is null ? losses : A.Where(valid, losses, A.ZerosLike(losses));
    }

    internal static double Smoothing(double value) => value is >= 0 and <= 1 ? value
        : throw new ArgumentException($"loss: a label smoothing of {value} is out of range. Expected 0 to 1.");

    static (Variable Scores, bool Logits) Logits(Variable predictions, bool fromLogits, string activation) =>
        predictions.Node.Op.Name == activation ? (predictions.Node[0], true) : (predictions, fromLogits);

    static Variable Inside(Variable p) => A.Minimum(A.Maximum(p, Epsilon), 1 - Epsilon);

    static Variable Last(Variable x, int axis)
    {
        var at = axis < 0 ? axis + x.Shape.Rank : axis;
        if (at == x.Shape.Rank - 1) return x;
        return A.Transpose(x, [.. Enumerable.Range(0, x.Shape.Rank).Where(i => i != at).Append(at).Select(i => (long)i)]);
    }
}
