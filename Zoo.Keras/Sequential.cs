using System.Collections;

namespace Zoo.Keras;

/// <summary>Layers in a row: <c>Sequential net = [new Dense(10, "relu") { InputShape = [4] }, new Dense(1)];</c></summary>
public sealed class Sequential : Model, IEnumerable<Layer>
{
    readonly List<Layer> stack = [];

    /// <summary>Appends a layer.</summary>
    /// <exception cref="InvalidOperationException">The model is built already.</exception>
    public Sequential Add(Layer layer)
    {
        if (IsBuilt) throw new InvalidOperationException($"Sequential.Add: the model is built already, {layer.Name} comes too late. Add all layers before Fit, Predict or Layers.");
        stack.Add(layer);
        return this;
    }

    private protected override void Prepare(NDArray x)
    {
        if (IsBuilt) return;
        if (stack.Count == 0) throw new InvalidOperationException("Sequential: it has no layers. Add at least one.");
        Build(stack[0].InputShape ?? x.Shape[1..]);
    }

    /// <summary>Makes the weights for samples of a shape.</summary>
    public void Build(Shape sample)
    {
        var input = K.Input(sample);
        var x = input;
        foreach (var layer in stack) x = layer.Apply(x);
        Connect(input, x);
    }

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => stack.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
