using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>All axes but the batch as one.</summary>
[KerasObject("keras.layers")]
public sealed class Flatten : Layer
{
    /// <inheritdoc/>
    protected override Variable Call(Variable x) => A.Reshape(x, [Dim.Any, x.Shape[1..].Elements]);
}
