using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x above 0, a part of it below.</summary>
[KerasObject("keras.layers")]
public sealed class LeakyReLU(double negativeSlope = 0.3) : Layer
{
    /// <summary>The slope below 0.</summary>
    public double NegativeSlope { get; } = negativeSlope >= 0 ? negativeSlope : throw new ArgumentException($"LeakyReLU: the slope {negativeSlope} is out of range. Expected a number from 0.");

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.LeakyRelu(x, NegativeSlope);
}
