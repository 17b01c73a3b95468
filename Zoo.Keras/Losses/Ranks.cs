using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Labels, predictions and weights whose ranks differ by an axis of size 1.</summary>
internal static class Ranks
{
    /// <summary>Two values of one rank where their ranks differ by a last axis of size 1: vectors get the axis, others lose it.</summary>
    internal static (Variable, Variable) Match(Variable a, Variable b)
    {
        if (!a.Shape.HasRank || !b.Shape.HasRank) return (a, b);
        if (a.Shape.Rank == b.Shape.Rank + 1 && a.Shape[-1] == 1) return b.Shape.Rank == 1 ? (a, A.ExpandDims(b, -1)) : (A.Squeeze(a, -1), b);
        if (b.Shape.Rank == a.Shape.Rank + 1 && b.Shape[-1] == 1) return a.Shape.Rank == 1 ? (A.ExpandDims(a, -1), b) : (a, A.Squeeze(b, -1));
        return (a, b);
    }

    /// <summary>Class numbers [batch, …] for scores [batch, …, classes]; a last axis of size 1 goes.</summary>
    internal static Variable Classes(Variable yTrue, Variable yPred) =>
        yTrue.Shape.HasRank && yTrue.Shape.Rank == yPred.Shape.Rank && yTrue.Shape[-1] == 1 ? A.Squeeze(yTrue, -1) : yTrue;

    /// <summary>Weights of samples times a mask of samples (or of their steps), in the higher of both ranks.</summary>
    internal static Variable Times(Variable weights, Variable mask)
    {
        var (m, w) = Match(A.Cast(mask, weights.DType), weights);
        while (w.Shape.Rank < m.Shape.Rank) w = A.ExpandDims(w, -1);
        while (m.Shape.Rank < w.Shape.Rank) m = A.ExpandDims(m, -1);
        return w * m;
    }

    /// <summary>
    /// Weights of fewer axes than the values: those of the last axes where their sizes are the same, as Keras multiplies, else those of the first (where Keras fails).
    /// </summary>
    internal static Variable Fitted(Variable weights, Variable values)
    {
        var (few, many) = (weights.Shape.Rank, values.Shape.Rank);
        if (few == 0 || few >= many) return weights;
        var (have, ones) = (A.ShapeOf(weights), A.Constant(NDArray.Full([many - few], 1, DType.Int32)));
        var last = A.All(A.Equal(have, A.ShapeOf(values)[(many - few)..]));
        return A.Reshape(weights, A.Where(last, A.Concat([ones, have], 0), A.Concat([have, ones], 0)));
    }

    /// <summary>Labels and predictions that are compared element by element.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    internal static (Variable, Variable) Equal(Variable yTrue, Variable yPred)
    {
        var (a, b) = Match(yTrue, yPred);
        if (a.Shape.HasRank && b.Shape.HasRank && !a.Shape.Accepts(b.Shape))
            throw new ShapeException($"labels of shape {yTrue.Shape} and predictions of shape {yPred.Shape} cannot be compared element by element.{(a.Shape.Rank < b.Shape.Rank || a.Shape[-1] == 1 ? " Labels that are class numbers go with sparse_categorical_crossentropy." : "")}") { Expected = yPred.Shape, Actual = yTrue.Shape };
        return (a, b);
    }
}
