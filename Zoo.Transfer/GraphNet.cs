using Zoo.Autograd.Graph;
using Zoo.Keras;
using Zoo.Keras.Graph;

namespace Zoo.Transfer;

/// <summary>
/// A graph whose nodes have names, usually those of the file it was read from (Analytics Zoo's <c>GraphNet</c>): <see cref="NewGraph"/> cuts it,
/// <see cref="ToKeras"/> makes a layer of it.
/// </summary>
public sealed class GraphNet
{
    readonly Model model;
    readonly IReadOnlyList<(string Name, Variable Value)> nodes;
    readonly Dictionary<string, Variable> named;

    GraphNet(Model model, IReadOnlyList<(string Name, Variable Value)> nodes)
    {
        (this.model, this.nodes) = (model, nodes);
        named = nodes.ToDictionary(n => n.Name, n => n.Value);
    }

    /// <summary>The names of the nodes, in the file's order.</summary>
    public IReadOnlyList<string> Nodes => [.. nodes.Select(n => n.Name)];

    /// <summary>A net of an importer's graph.</summary>
    /// <param name="inputs">Its inputs, of <see cref="K.Input"/>.</param>
    /// <param name="nodes">What each node of the file gives, in the file's order; each name once.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <exception cref="GraphException">An output needs an input that is not among the inputs, or two layers have one name.</exception>
    internal static GraphNet Of(Variable[] inputs, IReadOnlyList<(string Name, Variable Value)> nodes, Variable[] outputs) => new(new Model(Ports(inputs), Ports(outputs)), nodes);

    /// <summary>The net of a model: nodes are named as its layers and free operations; further results of one as <c>name:1</c>, <c>name:2</c>.</summary>
    /// <exception cref="GraphException">The model has no graph of layers, because its class composes them in code.</exception>
    internal static GraphNet Of(Model model)
    {
        _ = model.Layers;   // a Sequential whose input is known is built when it is asked for them
        var graph = model.Graph ?? throw new GraphException($"{model.Name}: it has no graph of layers{(model is Sequential ? ", for it has seen no input yet. Expected one with an InputShape" : ", for its class composes them in Call. Expected a functional model or a Sequential")}.");
        var names = graph.Names();
        return new(model, [.. graph.Operations.SelectMany(o => graph.CallsOf(o).SelectMany(c => c.Outputs).Select((v, i) => (i == 0 ? names[o] : $"{names[o]}:{i}", v)))]);
    }

    /// <summary>
    /// A net that ends at other nodes. It is a new graph with the same Parameters; this one stays as it is. It has those inputs that its outputs need.
    /// </summary>
    /// <param name="outputs">Names of nodes.</param>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public GraphNet NewGraph(params ReadOnlySpan<string> outputs)
    {
        if (outputs.Length == 0) throw new ArgumentException("NewGraph: no output is named. Expected names of nodes.");
        Variable[] ends = [.. outputs.ToArray().Select(o => Find("NewGraph", o))];
        var reached = Topology.Sort(ends.Select(e => e.Node)).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        Variable[] inputs = [.. model.Inputs.Where(i => reached.Contains(i.Node))];
        return new(new Model(Ports(inputs), Ports(ends)) { Seed = model.Seed }, [.. nodes.Where(n => reached.Contains(n.Value.Node))]);
    }

    /// <summary>The net as a model, which is a layer: for <c>&gt;&gt;</c>, <see cref="Layer.Apply(Variable[])"/>, other models, <see cref="TimeDistributed"/>; each time the same.</summary>
    public Model ToKeras() => model;

    /// <summary>The output for samples, of a net with one output; see <see cref="Model.Predict"/>.</summary>
    public NDArray Predict(Arrays x, int batchSize = 32) => model.Predict(x, batchSize);

    /// <summary>The outputs for samples.</summary>
    public Arrays PredictMany(Arrays x, int batchSize = 32) => model.PredictMany(x, batchSize);

    /// <summary>Writes the net as a table; see <see cref="Model.Summary"/>.</summary>
    public void Summary(TextWriter? to = null, bool expandNested = false, bool showTrainable = false) => model.Summary(to, expandNested, showTrainable);

    Variable Find(string caller, string name) => named.TryGetValue(name, out var value) ? value : throw Nearest.Unknown(caller, "node", name, named.Keys);

    static Ports Ports(Variable[] values) => values is [var one] ? one : values;
}
