using Zoo.Autograd.Graph;

namespace Zoo.Keras.Graph;

/// <summary>One call of a layer in an upper graph.</summary>
/// <param name="layer">The layer.</param>
/// <param name="form">How its arguments were written.</param>
/// <param name="training">The mode, where the call fixes it.</param>
/// <param name="penalized">Whether the penalty on what the layer gives counts.</param>
internal sealed class LayerCall(Layer layer, CallForm form, bool? training, bool penalized = true) : IUpperCall
{
    internal Layer Layer => layer;

    internal CallForm Form => form;

    internal bool? Training => training;

    internal bool Penalized => penalized;

    public string Name => layer.Name;

    public Lowering Begin() => new KerasLowering(training: false);

    public Variable[] Lower(Node node, Variable[] inputs, Lowering lowering)
    {
        using var scope = NodeScope.Enter(layer.Name);
        var keras = lowering as KerasLowering ?? new(training: false);
        var masks = Array.ConvertAll(node.Inputs, x => keras.State.Masks.GetValueOrDefault(x));
        var (outputs, outputMasks) = layer.Trace(this, inputs, masks, keras);
        for (var i = 0; i < outputs.Length; i++)
            if (outputMasks[i] is { } mask) keras.State.Masks[node.Outputs[i]] = mask;
        return outputs;
    }
}
