using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The sum of its inputs.</summary>
[KerasObject("keras.layers")]
public sealed class Add : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs.Aggregate((a, b) => a + b);
}
