using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What a layer may know, and leave behind, while it builds its expression.</summary>
public sealed class CallContext
{
    readonly Layer layer;
    readonly Inputs inputs;

    internal CallContext(Layer layer, bool training, Inputs inputs, IReadOnlyList<Variable?> masks, KerasLowering lowering)
    {
        (this.layer, this.inputs) = (layer, inputs);
        (Training, Masks, Lowering) = (training, masks, lowering);
    }

    /// <summary>Whether the graph is lowered for training: a constant of that graph.</summary>
    public bool Training { get; }

    /// <summary>Whether training changes the layer's weights: neither <see cref="Layer.Trainable"/> nor a view of the model says otherwise. A layer that keeps statistics keeps them still where not.</summary>
    public bool Trainable => Lowering.Trains(layer);

    /// <summary>The mask of each input, or null: a bool Variable, true where an entry counts.</summary>
    public IReadOnlyList<Variable?> Masks { get; }

    /// <summary>The mask of the first input, or null.</summary>
    public Variable? Mask => Masks.Count > 0 ? Masks[0] : null;

    /// <summary>The mask of an argument: the one that the call gives as <c>NAME_mask</c>, else the one that the argument carries.</summary>
    /// <param name="argument">Its name, such as <c>query</c>.</param>
    public Variable? MaskOf(string argument) => inputs[$"{argument}_mask"] ?? (inputs.IndexOf(argument) is >= 0 and var at ? Masks[at] : null);

    internal KerasLowering Lowering { get; }

    /// <summary>The masks of the results, where the call itself knows them.</summary>
    internal Variable?[]? OutputMasks { get; set; }

    /// <summary>Adds a number to what training minimises.</summary>
    public void AddLoss(Variable loss) => Lowering.State.Losses.Add(loss);

    /// <summary>Gives a weight a new value at the end of a training step, such as a moving mean.</summary>
    public void Update(Parameter weight, Variable value) => Lowering.State.Updates[weight] = value;

    /// <summary>The value of a weight after the updates that calls before this one asked for.</summary>
    public Variable Current(Parameter weight) => Lowering.State.Updates.GetValueOrDefault(weight, weight.Variable);

    /// <summary>A result of layers within, and the penalties they left, where a value stands for a weight.</summary>
    internal Variable With(Parameter weight, Variable value, Variable result)
    {
        var (inner, swap, before) = (Lowering.Child(Training), new Autograd.Graph.Lowering(), Lowering.State.Losses.Count);
        foreach (var known in inputs) inner.Bind(known, known);
        var lowered = inner.Lower(result);
        foreach (var known in inputs) swap.Bind(known, known);
        swap.Bind(weight.Variable, value);
        for (var i = before; i < Lowering.State.Losses.Count; i++) Lowering.State.Losses[i] = swap.Lower(Lowering.State.Losses[i]);
        return swap.Lower(lowered);
    }

    /// <summary>
    /// Uniform random numbers from 0 up to 1 in the shape of a value. They depend on the seed, the layer, which call of the layer this is, the step and the
    /// number of the sample, and on nothing else: not on the engine, the number of workers or a restart.
    /// </summary>
    /// <param name="x">The value; axis 0 counts samples.</param>
    /// <param name="shape">Another shape, with the batch; 1 where numbers repeat along an axis, unknown where they follow <paramref name="x"/>.</param>
    /// <param name="seed">A seed in place of the model's.</param>
    public Variable RandomUniform(Variable x, Shape? shape = null, long? seed = null) => Random(A.RandomUniform, x, shape, seed);

    /// <summary>Standard normal random numbers; arguments and rules as those of <see cref="RandomUniform"/>.</summary>
    public Variable RandomNormal(Variable x, Shape? shape = null, long? seed = null) => Random(A.RandomNormal, x, shape, seed);

    Variable Random(Func<Variable, ulong, Variable, DType, Variable> draw, Variable x, Shape? shape, long? seed)
    {
        var wanted = x.Shape;
        for (var i = 0; shape is not null && i < wanted.Rank; i++)
            if (shape[i] >= 0) wanted = wanted.With(i, shape[i]);
        var sample = wanted[1..];
        Variable[] sizes = [.. Enumerable.Range(0, wanted.Rank).Select(i => wanted[i] >= 0 ? A.Constant(wanted[i], DType.Int32) : A.ShapeOf(x)[i])];
        var elements = sample.IsKnown ? A.Constant(sample.Elements, DType.Int32) : sizes[1..].Aggregate((a, b) => a * b);
        // A sample begins at a count of its own: four 32-bit numbers a count.
        var counts = sample.IsKnown ? A.Constant((sample.Elements + 3) / 4, DType.Int32) : A.FloorDiv(elements + 3, A.Constant(4, DType.Int32));
        var key = SplitMix.Derive(seed is { } own ? (ulong)own : layer.Seed, $"{layer.Path}:{Lowering.State.NextCall(layer)}");
        var counter = A.Stack([Lowering.State.FirstCount(sizes[0], counts), Lowering.State.Step]);
        var numbers = draw(A.Stack([sizes[0], counts * 4]), key, counter, DType.Float32);
        if (!sample.IsKnown) return A.Cast(A.Reshape(SliceOps.Slice.Call(numbers, A.Ints(0, 0), A.Stack([sizes[0], elements])), A.Stack(sizes)), x.DType);
        if (sample.Elements % 4 != 0) numbers = numbers[.., ..(int)sample.Elements];
        return A.Cast(A.Reshape(numbers, Shape.Create([wanted[0], .. sample])), x.DType);
    }
}
