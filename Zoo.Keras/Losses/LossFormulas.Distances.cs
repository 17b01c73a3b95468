using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

internal static partial class LossFormulas
{
    internal static Variable PercentageError(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return A.Mean(A.Abs((yTrue - yPred) / A.Maximum(A.Abs(yTrue), Epsilon)), -1) * 100;
    }

    internal static Variable LogarithmicError(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        static Variable Log(Variable x) => A.Log(A.Maximum(x, Epsilon) + 1);
        return A.Mean(A.SquaredDifference(Log(yPred), Log(yTrue)), -1);
    }

    internal static Variable Cosine(Variable yTrue, Variable yPred, int axis = -1)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        Variable Unit(Variable x) => x * A.Minimum(A.Rsqrt(A.Sum(A.Square(x), axis, keepDims: true)), 1 / Epsilon);
        return A.Sum(Unit(yTrue) * Unit(yPred), axis);
    }

    internal static Variable Huber(Variable yTrue, Variable yPred, double delta = 1)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        var error = yPred - yTrue;
        var size = A.Abs(error);
        return A.Mean(A.Where(size <= delta, A.Square(error) * 0.5, size * delta - 0.5 * delta * delta), -1);
    }

    internal static Variable LogCosh(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        var error = yPred - yTrue;
        return A.Mean(error + A.Softplus(error * -2) - Math.Log(2), -1);
    }

    internal static Variable Divergence(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        (yTrue, yPred) = (A.Clip(yTrue, Epsilon, 1), A.Clip(yPred, Epsilon, 1));
        return A.Sum(yTrue * A.Log(yTrue / yPred), -1);
    }

    internal static Variable Poisson(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return A.Mean(yPred - yTrue * A.Log(yPred + Epsilon), -1);
    }

    /// <summary>How far each answer is from the margin; labels are -1 and 1, or all 0 and 1.</summary>
    internal static Variable Hinges(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        var binary = A.All(A.Equal(yTrue, A.ZerosLike(yTrue)) | A.Equal(yTrue, A.OnesLike(yTrue)));
        return A.Maximum(1 - A.Where(binary, yTrue * 2 - 1, yTrue) * yPred, 0);
    }

    internal static Variable CategoricalHinge(Variable yTrue, Variable yPred)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return A.Maximum(A.Max((1 - yTrue) * yPred, -1) - A.Sum(yTrue * yPred, -1) + 1, 0);
    }

    internal static Variable BinaryFocal(Variable yTrue, Variable yPred, bool balanced, double alpha, double gamma, bool fromLogits, double smoothing, int axis)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        if (smoothing > 0) yTrue = yTrue * (1 - smoothing) + 0.5 * smoothing;
        if (fromLogits) yPred = A.Sigmoid(yPred);
        var p = Inside(yPred);
        var loss = -(yTrue * A.Log(p) + (1 - yTrue) * A.Log(1 - p)) * A.Pow(1 - (yTrue * yPred + (1 - yTrue) * (1 - yPred)), gamma);
        return A.Mean(balanced ? (yTrue * alpha + (1 - yTrue) * (1 - alpha)) * loss : loss, axis);
    }

    internal static Variable CategoricalFocal(Variable yTrue, Variable yPred, double alpha, double gamma, bool fromLogits, double smoothing, int axis)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        if (smoothing > 0) yTrue = yTrue * (1 - smoothing) + smoothing / yTrue.Shape[-1];
        if (fromLogits) yPred = Activations.Softmax(yPred, axis);
        var p = Inside(yPred / A.Sum(yPred, axis, keepDims: true));
        return A.Sum(A.Pow(1 - p, gamma) * alpha * -(yTrue * A.Log(p)), axis);
    }

    /// <summary>1 minus twice the overlap over both sizes.</summary>
    internal static Variable Dice(Variable yTrue, Variable yPred, int[]? axes)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        return 1 - Over(yTrue * yPred, axes) * 2 / (Over(yTrue, axes) + Over(yPred, axes) + Epsilon);
    }

    internal static Variable Tversky(Variable yTrue, Variable yPred, double alpha, double beta, int[]? axes)
    {
        (yTrue, yPred) = Ranks.Equal(yTrue, yPred);
        var hits = Over(yTrue * yPred, axes);
        return 1 - hits / (hits + Over(yTrue * (1 - yPred), axes) * alpha + Over((1 - yTrue) * yPred, axes) * beta + Epsilon);
    }

    static Variable Over(Variable x, int[]? axes) => axes is null ? A.Sum(x) : A.Sum(x, axes);
}
