using Zoo.Autograd.Graph;

namespace Zoo.Keras;

/// <summary>One call of a layer in an upper graph.</summary>
internal sealed class LayerCall(Layer layer, bool? training) : IUpperCall
{
    internal Layer Layer => layer;

    public string Name => layer.Name;

    public Variable[] Lower(Node node, Variable[] inputs, Lowering lowering) =>
        [layer.Trace(inputs, new(training ?? lowering is KerasLowering { Training: true }))];
}

/// <summary>Lowers a model for training or for inference.</summary>
internal sealed class KerasLowering(bool training) : Lowering
{
    internal bool Training => training;
}
