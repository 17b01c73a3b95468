using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>AutoGrad.sum(x, axis, keepDims)</c>, by default over axis 0, the batch; <see cref="A.Sum(Variable, int?, bool)"/> sums all.</summary>
    public static Variable Sum(Variable x, int axis = 0, bool keepDims = false) => A.Sum(x, axis, keepDims);

    /// <summary>Zoo's <c>AutoGrad.mean(x, axis, keepDims)</c>, by default over axis 0, the batch.</summary>
    public static Variable Mean(Variable x, int axis = 0, bool keepDims = false) => A.Mean(x, axis, keepDims);

    /// <summary>Zoo's <c>AutoGrad.stack(inputs, axis)</c>, by default behind the batch.</summary>
    public static Variable Stack(IReadOnlyList<Variable> inputs, int axis = 1) => A.Stack(inputs, axis);

    /// <summary>Zoo's <c>AutoGrad.batch_dot(x, y, axes, normalize)</c>, by default over axis 1 of both.</summary>
    public static Variable BatchDot(Variable x, Variable y, Axes? axes = null, bool normalize = false) => A.BatchDot(x, y, (axes ?? 1).First, (axes ?? 1).Second, normalize);

    /// <summary>Zoo's <c>AutoGrad.neg(x)</c>.</summary>
    public static Variable Neg(Variable x) => A.Negative(x);

    /// <summary>Zoo's <c>AutoGrad.contiguous(x)</c>: x itself, for there is nothing to do.</summary>
    public static Variable Contiguous(Variable x) => x;

    /// <summary>Zoo's <c>AutoGrad.epsilon()</c>: 1e−7.</summary>
    public static double Epsilon() => A.Epsilon;

    /// <summary>Zoo's <c>Parameter(shape, init_method, init_weight, trainable)</c>, by default uniform within ±0.05. It needs no layer: a Parameter stands for its value in expressions.</summary>
    public static Parameter Parameter(Shape shape, Initializer? initMethod = null, NDArray? initWeight = null, bool trainable = true, string name = "parameter")
    {
        if (initWeight is not null && initWeight.Shape != shape) throw new ShapeException($"Parameter: the first value has shape {initWeight.Shape}. Expected {shape}.") { Expected = shape, Actual = initWeight.Shape };
        return new(initWeight ?? (initMethod ?? new RandomUniform()).Create(shape, DType.Float32, SplitMix.Derive(0, name)), name, trainable);
    }
}
