using System.Collections;
using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>Layers in a row: <c>Sequential net = [new Dense(10, "relu") { InputShape = [4] }, new Dense(1)];</c></summary>
[KerasObject("keras"), KerasCallArgument("mask")]
public sealed class Sequential : Model, IEnumerable<Layer>
{
    readonly List<Layer> stack = [];
    InputLayer? first;

    /// <summary>Appends a layer.</summary>
    /// <exception cref="InvalidOperationException">The model is built already.</exception>
    public Sequential Add(Layer layer)
    {
        if (IsBuilt) throw new InvalidOperationException($"Sequential.Add: the model is built already, {layer.Name} comes too late. Add all layers before Fit, Predict or Weights.");
        if (layer is InputLayer input) first = stack.Count == 0 ? input : throw new InvalidOperationException($"Sequential.Add: the input {layer.Name} comes after other layers. Expected it first.");
        else stack.Add(layer);
        return this;
    }

    /// <summary>Begins with an input of <see cref="K.Input"/>.</summary>
    public Sequential Add(Variable input) => input.Node.Tag is InputLayer layer ? Add(layer)
        : throw new GraphException($"Sequential.Add: {input} is no input. Expected a Variable of K.Input, or a layer.");

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Layers
    {
        get
        {
            BuildWhenKnown();
            return stack;
        }
    }

    internal override IReadOnlyList<SubLayer> SubLayers
    {
        get
        {
            BuildWhenKnown();
            return [.. stack.Select(l => new SubLayer(l.Name, l))];
        }
    }

    /// <summary>The same layers as a <see cref="Model"/> (Zoo's <c>to_model</c>): both share the weights.</summary>
    /// <exception cref="InvalidOperationException">The input's shape is not known yet.</exception>
    public Model ToModel()
    {
        BuildWhenKnown();
        return IsBuilt ? new(Inputs, Outputs) { Seed = Seed } : throw new InvalidOperationException("Sequential.ToModel: the input's shape is not known. Expected an InputShape of the first layer, or data seen by Fit or Predict.");
    }

    internal override void EnsureBuilt(IReadOnlyList<(Shape Sample, DType DType)> samples)
    {
        BuildWhenKnown();
        if (IsBuilt) return;
        if (samples.Count != 1) throw new GraphException($"Sequential: {samples.Count} inputs were given. Expected one. Use Model for several.");
        var (sample, dtype) = samples[0];
        Chain(new(Shape.Create([Dim.Any, .. sample.Dims]), dtype.IsFloat() ? DTypePolicy.ComputeDType : dtype));
    }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        BuildWhenKnown();
        if (!IsBuilt) Chain(new(inputs[0], DTypePolicy.ComputeDType));
    }

    void BuildWhenKnown()
    {
        if (IsBuilt || stack.Count == 0) return;
        if (first is not null) Chain(first);
        else if (stack[0].InputShape is { } shape) Chain(new(Shape.Create([Dim.Any, .. shape.Dims])));
        else if (stack[0] is Model { IsBuilt: true } model && model.Inputs.Values is [var input]) Chain(new(input.Shape, input.DType));
    }

    void Chain(InputLayer input)
    {
        if (stack.Count == 0) throw new InvalidOperationException("Sequential: it has no layers. Add at least one.");
        var x = input.Variable;
        foreach (var layer in stack) x = layer.Apply(x);
        Connect(input.Variable, x);
    }

    /// <inheritdoc/>
    public IEnumerator<Layer> GetEnumerator() => stack.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
