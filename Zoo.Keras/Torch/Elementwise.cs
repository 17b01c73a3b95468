using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Torch;

// Longer than a layer should be: several small layers of one kind.
/// <summary>What the layers share that change each element by itself and have no weights: a formula is all they say. Masks pass.</summary>
public abstract class Elementwise : Layer
{
    readonly Func<Variable, Variable> formula;

    private protected Elementwise(Func<Variable, Variable> formula) => this.formula = formula;

    /// <inheritdoc/>
    protected sealed override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected sealed override Variable Call(Variable x) => formula(x);
}

/// <summary>−x (Analytics Zoo's Negative).</summary>
[KerasObject(Package = "zoo")]
public sealed class Negative() : Elementwise(A.Negative);

/// <summary>x² (Analytics Zoo's Square).</summary>
[KerasObject(Package = "zoo")]
public sealed class Square() : Elementwise(A.Square);

/// <summary>√x (Analytics Zoo's Sqrt).</summary>
[KerasObject(Package = "zoo")]
public sealed class Sqrt() : Elementwise(A.Sqrt);

/// <summary>eˣ (Analytics Zoo's Exp).</summary>
[KerasObject(Package = "zoo")]
public sealed class Exp() : Elementwise(A.Exp);

/// <summary>The natural logarithm (Analytics Zoo's Log).</summary>
[KerasObject(Package = "zoo")]
public sealed class Log() : Elementwise(A.Log);

/// <summary>The error function (Analytics Zoo's InternalERF).</summary>
[KerasObject(Package = "zoo")]
public sealed class ERF() : Elementwise(A.Erf);

/// <summary>x + constant (Analytics Zoo's AddConstant).</summary>
[KerasObject(Package = "zoo")]
public sealed class AddConstant(double constant) : Elementwise(x => x + constant)
{
    /// <summary>What is added.</summary>
    public double Constant { get; } = constant;
}

/// <summary>x · constant (Analytics Zoo's MulConstant).</summary>
[KerasObject(Package = "zoo")]
public sealed class MulConstant(double constant) : Elementwise(x => x * constant)
{
    /// <summary>What multiplies.</summary>
    public double Constant { get; } = constant;
}

/// <summary>(shift + scale · x) to a power (Analytics Zoo's Power, Caffe's too).</summary>
[KerasObject(Package = "zoo")]
public sealed class Power(double exponent, double scale = 1, double shift = 0) : Elementwise(x => A.Pow(x * scale + shift, exponent))
{
    /// <summary>The exponent.</summary>
    [KerasName("power")]
    public double Exponent { get; } = exponent;

    /// <summary>What multiplies x.</summary>
    public double Scale { get; } = scale;

    /// <summary>What is added before.</summary>
    public double Shift { get; } = shift;
}

/// <summary>x from minValue to maxValue; outside of them the gradient is 0 (Analytics Zoo's HardTanh).</summary>
[KerasObject(Package = "zoo")]
public sealed class HardTanh(double minValue = -1, double maxValue = 1) : Elementwise(x => A.Clip(x, minValue, maxValue))
{
    /// <summary>The least result.</summary>
    public double MinValue { get; } = minValue;

    /// <summary>The largest result.</summary>
    public double MaxValue { get; } = maxValue > minValue ? maxValue : throw new ArgumentException($"HardTanh: {minValue} to {maxValue} is no range. Expected a largest value above the least.");
}

/// <summary>x where it is further from 0 than the value, else 0 (Analytics Zoo's HardShrink).</summary>
[KerasObject(Package = "zoo")]
public sealed class HardShrink(double value = 0.5) : Elementwise(x => Activations.HardShrink(x, value))
{
    /// <summary>The distance.</summary>
    public double Value { get; } = value;
}

/// <summary>x moved towards 0 by the value (Analytics Zoo's SoftShrink).</summary>
[KerasObject(Package = "zoo")]
public sealed class SoftShrink(double value = 0.5) : Elementwise(x => Activations.SoftShrink(x, value))
{
    /// <summary>The distance.</summary>
    public double Value { get; } = value;
}

/// <summary>x above a threshold, else a number (Analytics Zoo's Threshold).</summary>
[KerasObject(Package = "zoo")]
public sealed class Threshold(double th = 1e-6, double v = 0) : Elementwise(x => Activations.Threshold(x, th, v))
{
    /// <summary>The threshold.</summary>
    public double Th { get; } = th;

    /// <summary>What stands for smaller elements.</summary>
    public double V { get; } = v;
}

/// <summary>1 above a value, else 0; it has no gradient (Analytics Zoo's BinaryThreshold).</summary>
[KerasObject(Package = "zoo")]
public sealed class BinaryThreshold(double value = 1e-6) : Elementwise(x => A.Cast(x > value, x.DType))
{
    /// <summary>The value.</summary>
    public double Value { get; } = value;
}
