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

    /// <summary>What a node gives, to build on: <c>net.Node("pool5") >> new Dense(2)</c>.</summary>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public Variable Node(string name) => Find("Node", name);

    /// <summary>The net's layers, in the order in which they compute; also <see cref="TransferExtensions"/>' <c>FlattenedLayers</c> of <see cref="ToKeras"/>.</summary>
    public IReadOnlyList<Layer> Layers => model.Layers;

    /// <summary>What each node gives, in the file's order.</summary>
    internal IReadOnlyList<(string Name, Variable Value)> Values => nodes;

    /// <summary>What an importer read over in the file, such as settings that it does not know; empty where it understood everything.</summary>
    public IReadOnlyList<string> Warnings { get; private init; } = [];

    /// <summary>A net of an importer's graph.</summary>
    /// <param name="inputs">Its inputs, of <see cref="K.Input"/>.</param>
    /// <param name="nodes">What each node of the file gives, in the file's order; each name once.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <exception cref="GraphException">An output needs an input that is not among the inputs, or two layers have one name.</exception>
    /// <param name="warnings">What of the file was read over.</param>
    internal static GraphNet Of(Variable[] inputs, IReadOnlyList<(string Name, Variable Value)> nodes, Variable[] outputs, IReadOnlyList<string>? warnings = null) => new(new Model(Ports(inputs), Ports(outputs)), nodes) { Warnings = warnings ?? [] };

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
    /// A net that ends at other nodes. It is a new graph with the same Parameters; this one stays as it is. It has those inputs that its outputs need, and begins
    /// with what is frozen here.
    /// </summary>
    /// <param name="outputs">Names of nodes.</param>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public GraphNet NewGraph(params ReadOnlySpan<string> outputs)
    {
        if (outputs.Length == 0) throw new ArgumentException("NewGraph: no output is named. Expected names of nodes.");
        Variable[] ends = [.. outputs.ToArray().Select(o => Find("NewGraph", o))];
        var reached = Topology.Sort(ends.Select(e => e.Node)).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        Variable[] inputs = [.. model.Inputs.Where(i => reached.Contains(i.Node))];
        var cut = new Model(Ports(inputs), Ports(ends)) { Seed = model.Seed };
        cut.View.UnionWith(model.View.Intersect(Parts(reached), ReferenceEqualityComparer.Instance)!);
        return new(cut, [.. nodes.Where(n => reached.Contains(n.Value.Node))]);
    }

    /// <summary>Whether no weight trains.</summary>
    public bool IsFrozen => model.IsStill;

    /// <summary>
    /// Freezes the named nodes and all that they come from, from the next Fit on: weights keep their bits, BatchNormalization computes as in inference, and no
    /// gradient is computed for them. It is this net's view: other graphs that share the layers train them still.
    /// </summary>
    /// <param name="names">Names of nodes.</param>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public void FreezeUpTo(params ReadOnlySpan<string> names) => model.View.UnionWith(Parts(Topology.Sort(names.ToArray().SelectMany(n => Calls(Find("FreezeUpTo", n))))));

    /// <summary>Freezes the whole net; see <see cref="FreezeUpTo"/>.</summary>
    public void Freeze() => model.View.UnionWith(Parts(All));

    /// <summary>Freezes the named nodes alone; see <see cref="FreezeUpTo"/>.</summary>
    /// <param name="names">Names of nodes.</param>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public void Freeze(params ReadOnlySpan<string> names) => model.View.UnionWith(PartsOf("Freeze", names));

    /// <summary>Lets the whole net train again, also layers whose <see cref="Layer.Trainable"/> was false, as it is in files of frozen models.</summary>
    public void Unfreeze() => Release(Parts(All));

    /// <summary>Lets the named nodes train again; see <see cref="Unfreeze()"/>.</summary>
    /// <param name="names">Names of nodes.</param>
    /// <exception cref="GraphException">There is no such node; the message says the nearest names.</exception>
    public void Unfreeze(params ReadOnlySpan<string> names) => Release(PartsOf("Unfreeze", names));

    /// <summary>The net as a model, which is a layer: for <c>&gt;&gt;</c>, <see cref="Layer.Apply(Variable[])"/>, other models, <see cref="TimeDistributed"/>; each time the same.</summary>
    public Model ToKeras() => model;

    /// <summary>The output for samples, of a net with one output; see <see cref="Model.Predict"/>.</summary>
    public NDArray Predict(Arrays x, int batchSize = 32) => model.Predict(x, batchSize);

    /// <summary>The outputs for samples.</summary>
    public Arrays PredictMany(Arrays x, int batchSize = 32) => model.PredictMany(x, batchSize);

    /// <summary>Writes the net as a table; see <see cref="Model.Summary"/>.</summary>
    public void Summary(TextWriter? to = null, bool expandNested = false, bool showTrainable = false) => model.Summary(to, expandNested, showTrainable);

    /// <summary>All nodes of the graph, the file's and those between them.</summary>
    IEnumerable<Node> All => Topology.Sort(model.Outputs.Select(o => o.Node));

    /// <summary>The layers and loose Parameters among nodes of the graph.</summary>
    static IEnumerable<object> Parts(IEnumerable<Node> graph) => graph.Select(n => n.Tag is LayerCall call ? call.Layer : n.Tag).Where(t => t is Layer and not InputLayer or Parameter)!;

    /// <summary>Those from which named nodes are made, back to the nodes named before them.</summary>
    IEnumerable<object> PartsOf(string caller, ReadOnlySpan<string> names)
    {
        var known = nodes.Select(n => n.Value.Node).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        return [.. names.ToArray().SelectMany(name =>
        {
            var node = Find(caller, name).Node;
            return nodes.First(n => n.Value.Node == node).Name == name ? Parts(Topology.Sort([node], n => n != node && known.Contains(n))) : [];   // another name of one node holds nothing
        })];
    }

    /// <summary>All calls of the layer that gives a value, or the node that does.</summary>
    IEnumerable<Node> Calls(Variable value) => value.Node.Tag is LayerCall call ? model.Graph!.CallsOf(call.Layer) : [value.Node];

    void Release(IEnumerable<object> parts)
    {
        foreach (var part in parts)
        {
            model.View.Remove(part);
            if (part is not Layer layer) continue;
            layer.Trainable = true;
            foreach (var inner in layer.Parts.OfType<Model>()) inner.View.Clear();
        }
    }

    Variable Find(string caller, string name) => named.TryGetValue(name, out var value) ? value : throw Nearest.Unknown(caller, "node", name, named.Keys);

    static Ports Ports(Variable[] values) => values is [var one] ? one : values;
}
