using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Layers one after another, as one layer.</summary>
[KerasObject("keras.layers"), KerasOmit("trainable"), KerasOmit("dtype")]
public sealed class Pipeline(IReadOnlyList<Layer> layers) : Layer
{
    /// <summary>The layers in order.</summary>
    public IReadOnlyList<Layer> Layers { get; } = layers;

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override void Build(Shape input) { }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => Layers.Aggregate(x, (value, layer) => layer.Apply(value));
}
