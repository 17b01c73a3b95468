using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>No element is below zero.</summary>
[KerasObject("keras.constraints")]
public sealed class NonNeg : Constraint
{
    /// <inheritdoc/>
    public override Variable Of(Variable weight) => weight * A.Cast(weight >= 0, weight.DType);
}
