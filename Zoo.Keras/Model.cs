using Zoo.Autograd.Graph;
using Zoo.Keras.Graph;
using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>
/// Layers between inputs and outputs, which can be trained, asked for predictions, and used as a layer themselves:
/// <c>new Model(x, y)</c>, <c>new Model([a, b], [y, z])</c>, or a subclass that overrides <see cref="Layer.Call(Inputs, CallContext)"/>.
/// </summary>
[KerasObject("keras.src.models.functional", ClassName = "Functional"), KerasCallArgument("mask")]
public partial class Model : Layer
{
    Ports? inputs, outputs;
    ModelGraph? graph;

    /// <summary>A model of everything between inputs and outputs.</summary>
    /// <exception cref="GraphException">An output needs an input that is not among the inputs, or two layers have one name.</exception>
    public Model(Ports inputs, Ports outputs) => Connect(inputs, outputs);

    /// <summary>For subclasses: the layers are fields, the override of Call composes them, and the weights are made when data first come.</summary>
    protected Model() { }

    /// <summary>Weights' first values, the order of samples and random layers derive from it.</summary>
    [KerasIgnore]
    public new ulong Seed
    {
        get;
        set
        {
            field = value;
            if (IsBuilt) PlaceLayers();
        }
    }

    /// <summary>The layers, each once, in Keras' order.</summary>
    [KerasIgnore]
    public virtual IReadOnlyList<Layer> Layers => graph is null ? [.. SubLayers.Select(s => s.Layer)] : [.. graph.Layers];

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Weights => [.. base.Weights.Concat(graph?.Parameters ?? []).Distinct()];

    /// <summary>The layer with a name.</summary>
    /// <exception cref="GraphException">There is none; the message says the nearest names.</exception>
    public Layer GetLayer(string name) => Layers.FirstOrDefault(l => l.Name == name) ?? throw Nearest.Unknown("GetLayer", "layer", name, [.. Layers.Select(l => l.Name)]);

    internal override IReadOnlyList<SubLayer> SubLayers => graph is null ? base.SubLayers : [.. graph.Layers.Select(l => new SubLayer(l.Name, l))];

    internal Ports Inputs => inputs ?? throw NotBuilt();

    internal Ports Outputs => outputs ?? throw NotBuilt();

    /// <summary>The inner graph of a functional model; null for a subclassed one.</summary>
    internal ModelGraph? Graph => graph;

    /// <summary>Whether inputs, outputs and weights are known: at once, or, of a Sequential or a subclass without an input's shape, once data have come.</summary>
    [KerasIgnore]
    public bool IsBuilt => inputs is not null;

    /// <summary>The names by which data are given.</summary>
    internal string[] InputNames => Inputs.Keys ?? [.. Inputs.Select(i => ((InputLayer)i.Node.Tag!).Name)];

    /// <summary>The names by which labels, losses and metrics are given: a dictionary's keys, or those of the layers that give the outputs.</summary>
    internal string[] OutputNames
    {
        get
        {
            if (Outputs.Keys is { } keys) return keys;
            var known = graph?.Names();
            var names = Outputs.Select(o => ModelGraph.OperationOf(o.Node) is Layer layer ? layer.Name : known?.GetValueOrDefault(o.Node) ?? Saving.KerasNames.Snake(o.Node.Op.Name)).ToArray();
            var count = new Dictionary<string, int>();
            return Array.ConvertAll(names, n => (count[n] = count.GetValueOrDefault(n) + 1) == 1 ? n : $"{n}_{count[n] - 1}");
        }
    }

    internal override string DefaultName => GetType() == typeof(Model) ? "functional" : base.DefaultName;

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override bool SupportsMasking => false;   // the layers within say what passes

    private protected void Connect(Ports from, Ports to)
    {
        graph = new(from, to);
        Bind(from, to);
        BuiltFor = [.. from.Select(i => i.Shape)];
    }

    void Bind(Ports from, Ports to)
    {
        (inputs, outputs) = (from, to);
        Naming.Assign(Layers);
        if (Naming.Twice(Layers.Select(l => l.Name)) is { } twice)
            throw new GraphException($"Model: two layers are named '{twice}'. Expected a name of its own for each. Set Name of one of them.") { Node = twice };
        PlaceLayers();
    }

    void PlaceLayers()
    {
        foreach (var layer in Layers) layer.Place(layer.Name, Seed);
    }

    /// <summary>Makes inputs, outputs and weights of a model that has none yet, for samples of given shapes.</summary>
    internal virtual void EnsureBuilt(IReadOnlyList<(Shape Sample, DType DType)> samples)
    {
        if (IsBuilt) return;
        Variable[] made = [.. samples.Select(s => K.Input(s.Sample, dtype: s.DType.IsFloat() ? DTypePolicy.ComputeDType : s.DType))];
        var results = ApplyMany(made);
        Bind(made is [var input] ? input : made, results is [var output] ? output : results);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (graph is null) return base.Call(x, c);
        if (x.Count != Inputs.Values.Length)
            throw new GraphException($"{Name}: {x.Count} inputs were given. Expected {Inputs.Values.Length}: {string.Join(", ", Inputs)}.") { Node = Name };
        var inner = c.Lowering.Child(c.Training);
        for (var i = 0; i < x.Count; i++)
        {
            var wanted = Inputs.Values[i];
            if (!wanted.Shape.Accepts(x[i].Shape)) throw new ShapeException($"the input '{InputNames[i]}' has shape {x[i].Shape}. Expected {wanted.Shape}.") { Expected = wanted.Shape, Actual = x[i].Shape };
            inner.Bind(wanted, x[i].DType == wanted.DType ? x[i] : AutoGrad.Cast(x[i], wanted.DType));
            if (c.Masks[i] is { } mask) inner.State.Masks[wanted] = mask;
        }
        var lowered = inner.Lower(Outputs.Values);
        c.OutputMasks = Array.ConvertAll(Outputs.Values, o => inner.State.Masks.GetValueOrDefault(o));
        return lowered;
    }

    /// <summary>The model as TensorFlow ops, for training or for inference.</summary>
    /// <param name="training">Which of the two.</param>
    /// <param name="step">The number of the training step, an int64 scalar, for random layers.</param>
    /// <param name="part">Where the samples lie in a larger batch, for random layers.</param>
    internal LoweredModel Lower(bool training, Variable? step = null, BatchPart? part = null)
    {
        var frozen = FrozenSet();
        var state = step is null ? new LoweringState { Part = part, Frozen = frozen } : new LoweringState { Step = step, Part = part, Frozen = frozen };
        var lowering = new KerasLowering(training, state);
        var lowered = lowering.Lower(Outputs.Values);
        return new(lowering, lowered, Array.ConvertAll(Outputs.Values, o => state.Masks.GetValueOrDefault(o)), [.. state.Losses], [.. state.Updates.Select(u => (u.Key, u.Value))]) { Step = state.Fed };
    }

    /// <summary>Makes the first values of the weights that have none yet, several at a time: each derives from the seed and its own name.</summary>
    internal void InitializeWeights() => Parallel.ForEach(Weights.Where(w => !w.IsInitialized), w => w.Initialize());

    static InvalidOperationException NotBuilt() => new("Model: it has no input yet, so its layers have no weights. Give the first layer an InputShape, or call Fit or Predict with data.");
}
