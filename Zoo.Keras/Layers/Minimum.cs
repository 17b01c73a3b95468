using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The smallest of its inputs, element by element.</summary>
[KerasObject("keras.layers")]
public sealed class Minimum : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate(A.Minimum);

    private protected override (Variable Result, Variable? Mask) Join(Variable[] inputs, Variable?[] masks) => Chosen(A.Minimum, inputs, masks);
}
