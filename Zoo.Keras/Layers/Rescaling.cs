using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>x · scale + offset, of inputs of any shape: bytes to 0..1 with a scale of 1/255.</summary>
[KerasObject("keras.layers")]
public sealed class Rescaling(NestedNumbers scale, NestedNumbers offset = default) : Layer
{
    /// <summary>What inputs are multiplied by: a number, or numbers that broadcast, such as one for each channel.</summary>
    public NestedNumbers Scale { get; } = scale;

    /// <summary>What is added then.</summary>
    public NestedNumbers Offset { get; } = offset;

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var dtype = DTypePolicy.ComputeDType;
        return A.Cast(x, dtype) * A.Constant(Scale.Array.Cast(dtype)) + A.Constant(Offset.Array.Cast(dtype));
    }
}
