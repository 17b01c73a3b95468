using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Keras;

/// <summary>
/// Any expression as a layer with weights (Analytics Zoo's KerasLayerWrapper): the Parameters that the expression reads are the layer's weights, trained and stored with it. To be saved the
/// expression needs a name (<see cref="LambdaFunction.Register(string, LambdaFunction)"/>). An expression without Parameters is a <see cref="Lambda"/>.
/// </summary>
/// <example><code>var scale = new Parameter(new float[] { 1, 2 }, "scale"); var y = x >> new KerasLayerWrapper(v => v * scale);</code></example>
[KerasObject(Package = "zoo")]
public sealed class KerasLayerWrapper : Layer
{
    /// <summary>An expression of one input.</summary>
    public KerasLayerWrapper(Func<Variable, Variable> torchLayer) : this((LambdaFunction)torchLayer) { }

    /// <summary>An expression of two inputs.</summary>
    public KerasLayerWrapper(Func<Variable, Variable, Variable> torchLayer) : this((LambdaFunction)torchLayer) { }

    /// <summary>An expression of any number of inputs, or one that was registered under a name.</summary>
    public KerasLayerWrapper(LambdaFunction torchLayer) => TorchLayer = torchLayer;

    /// <summary>The expression.</summary>
    public LambdaFunction TorchLayer { get; }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        var found = TorchLayer.Of([.. inputs.Select(s => StateOps.Input("x", s, DTypePolicy.ComputeDType))]);
        foreach (var weight in Topology.Sort([found.Node]).Select(n => n.Tag).OfType<Parameter>().Distinct()) Adopt(weight);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => TorchLayer.Of(x);
}
