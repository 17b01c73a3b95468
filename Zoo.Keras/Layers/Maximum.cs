using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The largest of its inputs, element by element.</summary>
[KerasObject("keras.layers")]
public sealed class Maximum : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate(A.Maximum);

    private protected override (Variable Result, Variable? Mask) Join(Variable[] inputs, Variable?[] masks) => Chosen(A.Maximum, inputs, masks);
}
