using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Keras' activations; each also has a name for layers: <c>HardSilu</c> is <c>hard_silu</c>, with the defaults that stand here.</summary>
/// <example><code>var y = x >> new Dense(10, new ActivationFunction(x => Activations.Relu(x, negativeSlope: 0.1)));</code></example>
public static class Activations
{
    /// <summary>x itself.</summary>
    public static Variable Linear(Variable x) => x;

    /// <summary>x from the threshold to maxValue, 0 below (or falling with a slope).</summary>
    public static Variable Relu(Variable x, double negativeSlope = 0, double? maxValue = null, double threshold = 0)
    {
        if (negativeSlope != 0 && maxValue is null && threshold == 0) return A.LeakyRelu(x, negativeSlope);
        var y = threshold != 0 ? A.Where(x > threshold, x, A.ZerosLike(x)) : maxValue == 6 ? A.Relu6(x) : A.Relu(x);
        if (maxValue is { } max && (threshold != 0 || max != 6)) y = A.Clip(y, 0, max);
        return negativeSlope == 0 ? y : y - A.Relu(threshold - x) * negativeSlope;
    }

    /// <summary>x from 0 to 6.</summary>
    public static Variable Relu6(Variable x) => A.Relu6(x);

    /// <summary>x above 0, a part of it below.</summary>
    public static Variable LeakyRelu(Variable x, double negativeSlope = 0.2) => A.LeakyRelu(x, negativeSlope);

    /// <summary>x above 0, alpha (eˣ - 1) below (Clevert and others, 2016).</summary>
    public static Variable Elu(Variable x, double alpha = 1) => alpha == 1 ? A.Elu(x) : A.Where(x > 0, A.Elu(x), A.Elu(x) * alpha);

    /// <summary>x above 0, alpha (e^(x / alpha) - 1) below (Barron, 2017).</summary>
    public static Variable Celu(Variable x, double alpha = 1) => A.Maximum(x, 0) + A.Expm1(A.Minimum(x, 0) / alpha) * alpha;

    /// <summary>The scaled exponential unit (Klambauer and others, 2017).</summary>
    public static Variable Selu(Variable x) => A.Selu(x);

    /// <summary>x times the normal distribution's Φ(x), or an approximation by tanh (Hendrycks and Gimpel, 2016).</summary>
    public static Variable Gelu(Variable x, bool approximate = false) => approximate
        ? x * (A.Tanh((x + A.Pow(x, 3) * 0.044715) * Math.Sqrt(2 / Math.PI)) + 1) * 0.5
        : x * (A.Erf(x * Math.Sqrt(0.5)) + 1) * 0.5;

    /// <summary>x · sigmoid(x).</summary>
    public static Variable Silu(Variable x) => x * A.Sigmoid(x);

    /// <summary>x · tanh(softplus(x)) (Misra, 2019).</summary>
    public static Variable Mish(Variable x) => x * A.Tanh(A.Softplus(x));

    /// <summary>The first half along an axis, times the sigmoid of the second (Dauphin and others, 2016).</summary>
    public static Variable Glu(Variable x, int axis = -1) => A.Split(x, 2, axis) is var halves ? halves[0] * A.Sigmoid(halves[1]) : x;

    /// <summary>The hyperbolic tangent.</summary>
    public static Variable Tanh(Variable x) => A.Tanh(x);

    /// <summary>x - tanh(x).</summary>
    public static Variable TanhShrink(Variable x) => x - A.Tanh(x);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static Variable Sigmoid(Variable x) => A.Sigmoid(x);

    /// <summary>The logarithm of the sigmoid.</summary>
    public static Variable LogSigmoid(Variable x) => -A.Softplus(-x);

    /// <summary>(x + 3) / 6 from 0 to 1.</summary>
    public static Variable HardSigmoid(Variable x) => A.Relu6(x + 3) / 6;

    /// <summary>0.2 x + 0.5 from 0 to 1: the hard sigmoid of Keras 1 and Analytics Zoo, which is steeper.</summary>
    public static Variable HardSigmoidKeras1(Variable x) => A.Clip(x * 0.2 + 0.5, 0, 1);

    /// <summary>x · hard_sigmoid(x).</summary>
    public static Variable HardSilu(Variable x) => x * HardSigmoid(x);

    /// <summary>x from -1 to 1.</summary>
    public static Variable HardTanh(Variable x) => A.Clip(x, -1, 1);

    /// <summary>x where it is further from 0 than the threshold, else 0.</summary>
    public static Variable HardShrink(Variable x, double threshold = 0.5) => A.Where(A.Abs(x) > threshold, x, A.ZerosLike(x));

    /// <summary>x moved towards 0 by the threshold.</summary>
    public static Variable SoftShrink(Variable x, double threshold = 0.5) => A.Where(x > threshold, x - threshold, A.Where(x < -threshold, x + threshold, A.ZerosLike(x)));

    /// <summary>x above the threshold, else a number.</summary>
    public static Variable Threshold(Variable x, double threshold, double defaultValue) => A.Where(x > threshold, x, A.OnesLike(x) * defaultValue);

    /// <summary>The softmax along an axis.</summary>
    public static Variable Softmax(Variable x, int axis = -1) => axis == -1 ? A.Softmax(x) : A.Softmax(x, axis);

    /// <summary>The softmax of −x along an axis (Analytics Zoo's and Torch's softmin).</summary>
    public static Variable Softmin(Variable x, int axis = -1) => Softmax(-x, axis);

    /// <summary>The logarithm of the softmax along an axis.</summary>
    public static Variable LogSoftmax(Variable x, int axis = -1) => axis == -1 ? A.LogSoftmax(x) : A.LogSoftmax(x, axis);

    /// <summary>log(1 + eˣ).</summary>
    public static Variable Softplus(Variable x) => A.Softplus(x);

    /// <summary>x / (1 + |x|).</summary>
    public static Variable Softsign(Variable x) => A.Softsign(x);

    /// <summary>0 up to -1, (x + 1)² / 4 up to 1, x above.</summary>
    public static Variable SparsePlus(Variable x) => A.Where(x <= -1, A.ZerosLike(x), A.Where(x < 1, A.Square(x + 1) * 0.25, x));

    /// <summary>0 up to -1, (x + 1) / 2 up to 1, 1 above.</summary>
    public static Variable SparseSigmoid(Variable x) => A.Where(x <= -1, A.ZerosLike(x), A.Where(x >= 1, A.OnesLike(x), (x + 1) * 0.5));

    /// <summary>(x + √(x² + b)) / 2.</summary>
    public static Variable Squareplus(Variable x, double b = 4) => (x + A.Sqrt(A.Square(x) + b)) / 2;

    /// <summary>eˣ.</summary>
    public static Variable Exponential(Variable x) => A.Exp(x);

    /// <summary>
    /// Keras' sparsemax along an axis. Keras 3 subtracts the sum of all cumulative sums within the support, where the paper (Martins and Astudillo, 2016) takes the last
    /// one only; so does this.
    /// </summary>
    public static Variable Sparsemax(Variable x, int axis = -1)
    {
        var at = axis < 0 ? axis + x.Shape.Rank : axis;
        var sorted = A.Sort(x, at, descending: true);
        var sums = A.Cumsum(sorted, at);
        var places = A.Reshape(A.Cast(A.Range(A.SizeOf(x, at)), x.DType) + 1, Shape.Create([.. Enumerable.Range(0, x.Shape.Rank).Select(i => i == at ? Dim.Any : 1)]));
        var support = sorted - (sums - 1) / places > 0;
        var threshold = (A.Sum(A.Where(support, sums, A.ZerosLike(sums)), at, keepDims: true) - 1) / A.Sum(A.Cast(support, x.DType), at, keepDims: true);
        return A.Maximum(x - threshold, 0);
    }

    /// <summary>The functions that a name alone describes, by Keras' names.</summary>
    internal static IReadOnlyDictionary<string, Func<Variable, Variable>> Named { get; } = typeof(Activations).GetMethods()
        .Where(m => m.IsStatic && m.ReturnType == typeof(Variable) && m.GetParameters().Skip(1).All(p => p.HasDefaultValue))
        .ToDictionary(m => KerasNames.Snake(m.Name), m => m.GetParameters().Length == 1 ? m.CreateDelegate<Func<Variable, Variable>>() : x => KerasValue.Invoke(() => (Variable)m.Invoke(null, [x, .. m.GetParameters().Skip(1).Select(p => p.DefaultValue)])!));
}
