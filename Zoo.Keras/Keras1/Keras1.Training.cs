using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>The optimizers that Zoo's <c>compile</c> knows by name, with its defaults: sgd (0.01), rmsprop (0.001, 0.9), adamax, adagrad (0.01), adadelta (0.95, 1e−8), adam.</summary>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    public static Optimizer Optimizer(string name) => name.ToLowerInvariant() switch
    {
        "sgd" => new SGD(0.01),
        "rmsprop" => new RMSprop(0.001, 0.9, epsilon: 1e-8),
        "adamax" => new Adamax(0.002, epsilon: 1e-8),
        "adagrad" => new Adagrad(0.01, initialAccumulatorValue: 0, epsilon: 1e-10),
        "adadelta" => new Adadelta(1.0, 0.95, 1e-8),
        "adam" => Adam(),
        _ => throw new ArgumentException($"optimizer: '{name}' is not known. Expected sgd, rmsprop, adamax, adagrad, adadelta or adam."),
    };

    /// <summary>Zoo's <c>Adam(lr, beta_1, beta_2, epsilon, decay, schedule)</c>; the rate at step t is lr / (1 + decay · t), or that of the schedule.</summary>
    public static Adam Adam(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double decay = 0, LearningRateSchedule? schedule = null) =>
        new(schedule is not null ? new LearningRate(schedule) : decay == 0 ? lr : new InverseTimeDecay(lr, 1, decay), beta1, beta2, epsilon);

    /// <summary>Zoo's <c>SparseCategoricalCrossEntropy(log_prob_as_input, zero_based_label, weights, size_average, padding_value)</c>. Labels count from 0 unless told.</summary>
    /// <param name="logProbAsInput">Whether predictions are logarithms of probabilities.</param>
    /// <param name="zeroBasedLabel">False where the first class is 1.</param>
    /// <param name="weights">A weight for each class.</param>
    /// <param name="sizeAverage">Whether the losses are divided by the sum of the weights of what counts.</param>
    /// <param name="paddingValue">A label that does not count.</param>
    public static Loss SparseCategoricalCrossEntropy(bool logProbAsInput = false, bool zeroBasedLabel = true, double[]? weights = null, bool sizeAverage = true, int paddingValue = -1)
    {
        if (!logProbAsInput && zeroBasedLabel && weights is null && sizeAverage) return new SparseCategoricalCrossentropy { IgnoreClass = paddingValue };
        return new CustomLoss((yTrue, yPred) =>
        {
            var classes = A.Cast(Ranks.Classes(yTrue, yPred), DType.Int64) - (zeroBasedLabel ? 0 : 1);
            var valid = A.NotEqual(classes, classes.Weak(zeroBasedLabel ? paddingValue : paddingValue - 1));
            var number = A.Where(valid, classes, A.ZerosLike(classes));
            var log = logProbAsInput ? yPred : A.Log(A.Maximum(yPred, A.Epsilon));
            var weight = A.Cast(valid, yPred.DType) * (weights is null ? A.Constant(1, yPred.DType) : A.Gather(A.Constant(NDArray.From(weights).Cast(yPred.DType)), number));
            var losses = -A.Sum(log * A.OneHot(number, (int)yPred.Shape[-1], dtype: yPred.DType), -1) * weight;
            return sizeAverage ? A.DivNoNan(A.Sum(losses), A.Sum(weight)) : A.Sum(losses);
        });
    }

    /// <summary>Zoo's <c>MeanAbsoluteError(size_average)</c>; without it the sum over all elements.</summary>
    public static Loss MeanAbsoluteError(bool sizeAverage = true) => sizeAverage ? new MeanAbsoluteError() : Summed((y, x) => A.Abs(x - y));

    /// <summary>Zoo's <c>MeanSquaredError(size_average)</c>; without it the sum over all elements.</summary>
    public static Loss MeanSquaredError(bool sizeAverage = true) => sizeAverage ? new MeanSquaredError() : Summed((y, x) => A.SquaredDifference(x, y));

    /// <summary>Zoo's <c>BinaryCrossEntropy(weights, size_average)</c>: a weight for each output.</summary>
    public static Loss BinaryCrossEntropy(double[]? weights = null, bool sizeAverage = true)
    {
        if (weights is null && sizeAverage) return new BinaryCrossentropy();
        Variable Elements(Variable y, Variable x)
        {
            var p = A.Clip(x, A.Epsilon, 1 - A.Epsilon);
            var losses = -(y * A.Log(p) + (1 - y) * A.Log(1 - p));
            return weights is null ? losses : losses * A.Constant(NDArray.From(weights).Cast(x.DType));
        }
        return sizeAverage ? new CustomLoss(Elements) : Summed(Elements);
    }

    /// <summary>Zoo's <c>CategoricalCrossEntropy()</c>.</summary>
    public static Loss CategoricalCrossEntropy() => new CategoricalCrossentropy();

    /// <summary>Zoo's <c>CosineProximity()</c>: minus the cosine.</summary>
    public static Loss CosineProximity() => new CosineSimilarity();

    /// <summary>Zoo's <c>Hinge(margin, size_average)</c>, of labels −1 and 1.</summary>
    public static Loss Hinge(double margin = 1, bool sizeAverage = true) => Margin((y, x) => A.Relu(margin - y * x), sizeAverage);

    /// <summary>Zoo's <c>SquaredHinge(margin, size_average)</c>, of labels −1 and 1; by default the sum, as there.</summary>
    public static Loss SquaredHinge(double margin = 1, bool sizeAverage = false) => Margin((y, x) => A.Square(A.Relu(margin - y * x)), sizeAverage);

    /// <summary>Zoo's <c>KullbackLeiblerDivergence()</c>.</summary>
    public static Loss KullbackLeiblerDivergence() => new KLDivergence();

    /// <summary>Zoo's <c>MeanAbsolutePercentageError()</c>.</summary>
    public static Loss MeanAbsolutePercentageError() => new MeanAbsolutePercentageError();

    /// <summary>Zoo's <c>MeanSquaredLogarithmicError()</c>.</summary>
    public static Loss MeanSquaredLogarithmicError() => new MeanSquaredLogarithmicError();

    /// <summary>Zoo's <c>Poisson()</c>.</summary>
    public static Loss Poisson() => new Poisson();

    /// <summary>Zoo's <c>RankHinge(margin)</c>.</summary>
    public static RankHinge RankHinge(double margin = 1) => new(margin);

    static CustomLoss Summed(Func<Variable, Variable, Variable> elements) => new(elements) { Reduction = Reduction.Sum };

    static CustomLoss Margin(Func<Variable, Variable, Variable> elements, bool sizeAverage) => sizeAverage ? new(elements) : Summed(elements);
}
