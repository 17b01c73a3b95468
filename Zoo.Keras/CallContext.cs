using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>What a layer may know, and leave behind, while it builds its expression.</summary>
public sealed class CallContext
{
    readonly Layer layer;

    internal CallContext(Layer layer, bool training, IReadOnlyList<Variable?> masks, KerasLowering lowering)
    {
        this.layer = layer;
        (Training, Masks, Lowering) = (training, masks, lowering);
    }

    /// <summary>Whether the graph is lowered for training: a constant of that graph.</summary>
    public bool Training { get; }

    /// <summary>The mask of each input, or null: a bool Variable, true where an entry counts.</summary>
    public IReadOnlyList<Variable?> Masks { get; }

    /// <summary>The mask of the first input, or null.</summary>
    public Variable? Mask => Masks.Count > 0 ? Masks[0] : null;

    internal KerasLowering Lowering { get; }

    /// <summary>The masks of the results, where the call itself knows them.</summary>
    internal Variable?[]? OutputMasks { get; set; }

    /// <summary>Adds a number to what training minimises.</summary>
    public void AddLoss(Variable loss) => Lowering.State.Losses.Add(loss);

    /// <summary>Gives a weight a new value at the end of a training step, such as a moving mean.</summary>
    public void Update(Parameter weight, Variable value) => Lowering.State.Updates[weight] = value;

    /// <summary>The value of a weight after the updates that calls before this one asked for.</summary>
    public Variable Current(Parameter weight) => Lowering.State.Updates.GetValueOrDefault(weight, weight.Variable);

    /// <summary>
    /// A key of random numbers for this call: it depends on the model's seed, the layer's name and which call of the layer this is.
    /// </summary>
    internal ulong RandomKey() => SplitMix.Derive(layer.Seed, $"{layer.Path}:{Lowering.State.NextCall(layer)}");

    /// <summary>The number of the training step, an int64 scalar: random numbers differ from step to step by it.</summary>
    internal Variable Step => Lowering.State.Step;
}
