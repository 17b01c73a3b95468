using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x · scale + offset, of inputs of any shape: bytes to 0..1 with a scale of 1/255.</summary>
[KerasObject("keras.layers")]
public sealed class Rescaling(double scale, double offset = 0) : Layer
{
    /// <summary>What inputs are multiplied by.</summary>
    public double Scale { get; } = scale;

    /// <summary>What is added then.</summary>
    public double Offset { get; } = offset;

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Cast(x, DTypePolicy.ComputeDType) * Scale + Offset;
}
