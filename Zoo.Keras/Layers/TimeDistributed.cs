using Zoo.Autograd.Graph;
using Zoo.Keras.Graph;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: steps at once, steps one by one and steps of any number are three ways of one layer.
/// <summary>A layer or model applied to each step of sequences [batch, steps, …], with the same weights. All steps are computed at once, as samples.</summary>
[KerasObject("keras.layers"), KerasCallArgument("mask"), KerasCallArgument("training")]
public sealed class TimeDistributed(Layer layer) : Layer
{
    /// <summary>The model between an output and the input that it comes from, applied to each step, as Analytics Zoo takes it.</summary>
    /// <exception cref="GraphException">The output comes from no input, or from several.</exception>
    public TimeDistributed(Variable output) : this(Between(output)) { }

    /// <summary>What is applied to each step.</summary>
    public Layer Layer { get; } = layer;

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (!input.HasRank || input.Rank < 3) throw new ShapeException($"the input has shape {input}. Expected [batch, steps, …] with at least one more axis.") { Actual = input };
        if (Layer is not Model) Layer.BuildFor(Shape.Create([input[0], .. input[2..]]));
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var input = x[0];
        if (!input.Shape.HasRank || input.Shape.Rank < 3) throw new ShapeException($"the input has shape {input.Shape}. Expected [batch, steps, …] with at least one more axis.") { Actual = input.Shape };
        // What looks at the whole batch in training must see each step apart.
        if (c.Training && input.Shape[1] >= 0 && LooksAtBatch(Layer, c.Lowering)) return A.Stack([.. A.Unstack(input, 1).Select(step => Step(step))], 1);
        var y = Step(Flat(input), c.Mask is { Shape: { HasRank: true, Rank: > 2 } } mask ? Flat(mask) : null);
        Shape shape = Shape.Create([input.Shape[0], input.Shape[1], .. y.Shape[1..]]);
        return shape.Count(d => d < 0) <= 1 ? A.Reshape(y, shape) : A.Reshape(y, A.Concat([A.ShapeOf(input)[..2], A.ShapeOf(y)[1..]], 0));
    }

    /// <summary>Keras runs the layer's formula alone: a penalty on what it gives does not count.</summary>
    Variable Step(Variable x, Variable? mask = null) => Layer.CallNode(mask is null ? [new(null, x)] : [new(null, x), new("mask", mask)], penalized: false).Out;

    static Model Between(Variable output)
    {
        Variable[] inputs = [.. Topology.Sort([output.Node]).Where(n => n.Tag is InputLayer).Select(n => n.Out)];
        return inputs is [var input] ? new(input, output)
            : throw new GraphException($"TimeDistributed: {output} comes from {inputs.Length} inputs{(inputs.Length > 0 ? $": {string.Join(", ", inputs.AsEnumerable())}" : "")}. Expected one. Make a Model that says which.") { Node = output.Name };
    }

    /// <summary>Whether a layer takes statistics of the batch; calls that are fixed to inference do not.</summary>
    static bool LooksAtBatch(Layer layer, KerasLowering lowering) => layer is BatchNormalization ? lowering.Trains(layer)
        : layer is Model { Graph: { } graph } ? graph.Layers.Any(l => graph.CallsOf(l).Any(n => n.Tag is LayerCall { Training: not false }) && LooksAtBatch(l, lowering))
        : layer.SubLayers.Any(s => LooksAtBatch(s.Layer, lowering));

    static Variable Flat(Variable x)
    {
        var rest = x.Shape[2..];
        return rest.IsKnown ? A.Reshape(x, Shape.Create([Dim.Any, .. rest])) : A.Reshape(x, A.Concat([A.Ints(-1), A.ShapeOf(x)[2..]], 0));
    }
}
