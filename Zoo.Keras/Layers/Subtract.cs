using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The first of two inputs minus the second.</summary>
[KerasObject("keras.layers")]
public sealed class Subtract : Merge
{
    private protected override Variable Join(Variable[] inputs) => inputs is [var a, var b] ? a - b
        : throw new ShapeException($"{inputs.Length} inputs were given. Expected two.");
}
