using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The product of its inputs, element by element.</summary>
[KerasObject("keras.layers")]
public sealed class Multiply : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate((a, b) => a * b);
}
