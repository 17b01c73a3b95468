using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: states, masks and merges of two layers, one of which is made from the other.
/// <summary>
/// A recurrent layer run along sequences both ways: one copy of the layer from the first step, one from the last. The copies have weights of their own. Of
/// <c>initial_state</c> the first half goes to the forward layer; of the results' states the forward layer's come first.
/// </summary>
[KerasObject("keras.layers"), KerasParameters("sequences", "initial_state"), KerasCallArgument("initial_state"), KerasCallArgument("mask"), KerasCallArgument("training")]
public sealed class Bidirectional : Layer
{
    static readonly string?[] Modes = ["concat", "sum", "mul", "ave", null];
    readonly RecurrentLayer forwardLayer, backwardLayer;

    /// <summary>A layer and its mirror image.</summary>
    /// <param name="layer">The layer; it is copied.</param>
    /// <param name="mergeMode">How the results become one: <c>concat</c>, <c>sum</c>, <c>mul</c>, <c>ave</c>; null gives both.</param>
    /// <param name="backwardLayer">The layer that begins with the last step; by default a copy of the first.</param>
    public Bidirectional(RecurrentLayer layer, string? mergeMode = "concat", RecurrentLayer? backwardLayer = null)
    {
        if (!Modes.Contains(mergeMode)) throw new ArgumentException($"Bidirectional: the merge mode '{mergeMode}' is not known. Expected one of concat, sum, mul, ave, or null.");
        MergeMode = mergeMode;
        forwardLayer = Copy(layer, "forward_", layer.GoBackwards);
        this.backwardLayer = backwardLayer ?? Copy(layer, "backward_", goBackwards: true);
        var (one, other) = (forwardLayer, this.backwardLayer);
        if (one.GoBackwards == other.GoBackwards) throw new ArgumentException($"Bidirectional: GoBackwards is {one.GoBackwards} in both layers. Expected one layer for each direction.");
        if ((one.Stateful, one.ReturnSequences, one.ReturnState) != (other.Stateful, other.ReturnSequences, other.ReturnState))
            throw new ArgumentException("Bidirectional: the layers differ in Stateful, ReturnSequences or ReturnState. Expected the same in both.");
        one.ZeroOutputForMask = other.ZeroOutputForMask = one.ReturnSequences;
    }

    /// <summary>The copy that begins with the first step.</summary>
    public RecurrentLayer Layer => forwardLayer;

    /// <summary>The layer that begins with the last step.</summary>
    public RecurrentLayer BackwardLayer => backwardLayer;

    /// <summary>How the results become one.</summary>
    public string? MergeMode { get; }

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => forwardLayer.ReturnSequences ? c.Mask : null;

    /// <summary>Sets the states of both layers back to zeros.</summary>
    public void ResetState()
    {
        forwardLayer.ResetState();
        backwardLayer.ResetState();
    }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        forwardLayer.BuildFor(inputs[0]);
        backwardLayer.BuildFor(inputs[0]);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        Variable[] states = [.. x.List("initial_state").OfType<Variable>()];
        var (forward, backward) = (Run(forwardLayer, x[0], states[..(states.Length / 2)], c), Run(backwardLayer, x[0], states[(states.Length / 2)..], c));
        var (y, back) = (forward[0], forwardLayer.ReturnSequences ? A.Reverse(backward[0], 1) : backward[0]);
        Variable[] results = MergeMode switch
        {
            "concat" => [A.Concat([y, back])],
            "sum" => [y + back],
            "mul" => [y * back],
            "ave" => [(y + back) / 2],
            _ => [y, back],
        };
        if (MergeMode is null && ComputeMask(x, c) is { } mask) c.OutputMasks = [mask, mask, .. new Variable?[forward.Length + backward.Length - 2]];
        return (Variable[])[.. results, .. forward[1..], .. backward[1..]];
    }

    static Variable[] Run(RecurrentLayer layer, Variable x, Variable[] states, CallContext c)
    {
        var named = new List<(string, CallValue)>();
        if (states.Length > 0) named.Add(("initial_state", states));
        if (c.Mask is { } mask) named.Add(("mask", mask));
        return layer.ApplyMany([x], [.. named]);
    }

    static RecurrentLayer Copy(RecurrentLayer layer, string prefix, bool goBackwards)
    {
        var described = new KerasWriter().Object(layer);
        var config = (Dictionary<string, object?>)described["config"]!;
        config["name"] = prefix + (layer.Name.StartsWith(prefix, StringComparison.Ordinal) ? layer.Name[prefix.Length..] : layer.Name);
        config["go_backwards"] = goBackwards;
        return (RecurrentLayer)new KerasReader().Object(described, typeof(RecurrentLayer), "Bidirectional");
    }
}
