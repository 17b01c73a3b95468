using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The first of two inputs minus the second.</summary>
[KerasObject("keras.layers")]
public sealed class Subtract : Merge
{
    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count != 2) throw new ShapeException($"{inputs.Count} inputs were given. Expected two.");
    }

    private protected override Variable Join(Variable[] inputs) => inputs[0] - inputs[1];
}
