using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>A base to the power of shift + scale · x.</summary>
/// <param name="numberBase">The base; e where it is -1.</param>
/// <param name="scale">What x is multiplied by.</param>
/// <param name="shift">What is added.</param>
[KerasObject(Package = "caffe")]
public sealed class Exponential(double numberBase = -1, double scale = 1, double shift = 0) : Layer
{
    /// <summary>The base; e where it is -1.</summary>
    public double NumberBase { get; } = numberBase is -1 or > 0 ? numberBase : throw new ArgumentException($"Exponential: the base {numberBase} is out of range. Expected a positive number, or -1 for e.");

    /// <summary>What x is multiplied by.</summary>
    public double Scale { get; } = scale;

    /// <summary>What is added.</summary>
    public double Shift { get; } = shift;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Exp((x * Scale + Shift) * (NumberBase == -1 ? 1 : Math.Log(NumberBase)));
}

/// <summary>The logarithm of shift + scale · x.</summary>
/// <param name="numberBase">The base; e where it is -1.</param>
/// <param name="scale">What x is multiplied by.</param>
/// <param name="shift">What is added.</param>
[KerasObject(Package = "caffe")]
public sealed class Logarithm(double numberBase = -1, double scale = 1, double shift = 0) : Layer
{
    /// <summary>The base; e where it is -1.</summary>
    public double NumberBase { get; } = numberBase is -1 or > 0 ? numberBase : throw new ArgumentException($"Logarithm: the base {numberBase} is out of range. Expected a positive number, or -1 for e.");

    /// <summary>What x is multiplied by.</summary>
    public double Scale { get; } = scale;

    /// <summary>What is added.</summary>
    public double Shift { get; } = shift;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Log(x * Scale + Shift) * (NumberBase == -1 ? 1 : 1 / Math.Log(NumberBase));
}

/// <summary>The values without their sign.</summary>
[KerasObject(Package = "caffe")]
public sealed class AbsoluteValue : Layer
{
    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Abs(x);
}

/// <summary>x · sigmoid(beta · x).</summary>
[KerasObject(Package = "caffe")]
public sealed class Swish(double beta = 1) : Layer
{
    /// <summary>What the sigmoid's argument is multiplied by.</summary>
    public double Beta { get; } = beta;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x * A.Sigmoid(x * Beta);
}

/// <summary>The sum of its inputs, each multiplied by a number.</summary>
[KerasObject(Package = "caffe")]
public sealed class WeightedSum(params double[] coefficients) : Layer
{
    /// <summary>A number for each input.</summary>
    public double[] Coefficients { get; } = coefficients;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => x.Count == Coefficients.Length ? x.Select((v, i) => Coefficients[i] == 1 ? v : v * Coefficients[i]).Aggregate((a, b) => a + b)
        : throw new ShapeException($"{x.Count} inputs were given. Expected {Coefficients.Length}, one for each coefficient.");
}
