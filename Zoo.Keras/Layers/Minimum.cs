using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The smallest of its inputs, element by element.</summary>
[KerasObject("keras.layers")]
public sealed class Minimum : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate(A.Minimum);
}
