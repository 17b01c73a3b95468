using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras.Graph;

/// <summary>
/// The upper graph between a model's inputs and outputs, in Keras' order: operations (layers, and free ops) by decreasing depth, within a depth in
/// the order in which a search from the outputs meets them. Weights and saved files follow this order.
/// </summary>
internal sealed class ModelGraph
{
    readonly Dictionary<object, List<Node>> nodes = new(ReferenceEqualityComparer.Instance);

    internal ModelGraph(Ports inputs, Ports outputs)
    {
        foreach (var input in inputs)
            if (input.Node.Tag is not InputLayer) throw new GraphException($"Model: {input} is no input. Expected a Variable of K.Input.") { Node = input.Name };
        var (order, met) = Search(outputs.Values);
        foreach (var node in order)
            if (node.Op == StateOps.Placeholder && !inputs.Any(i => i.Node == node))
                throw new GraphException($"Model: the outputs need the input {node.Out}, which is not among the model's inputs {string.Join(", ", inputs)}. Add it to the inputs.") { Node = node.Name };
        var depths = Depths(order);
        for (var i = 0; i < inputs.Values.Length; i++)
            if (inputs.Values[i].Node.Tag is { } input && depths.TryAdd(input, 0)) met[input] = i - inputs.Values.Length;
        var operations = depths.Keys.ToList();
        operations.Sort((a, b) => depths[a] != depths[b] ? depths[b].CompareTo(depths[a]) : met[a].CompareTo(met[b]));
        Operations = operations;
        var calls = order.Concat(inputs.Select(i => i.Node)).Distinct().Where(IsOperation).ToList();
        calls.Sort((a, b) => a.Order.CompareTo(b.Order));
        foreach (var node in calls)
        {
            if (!nodes.TryGetValue(OperationOf(node), out var list)) nodes[OperationOf(node)] = list = [];
            list.Add(node);
        }
        Parameters = [.. order.Select(n => n.Tag).OfType<Parameter>().Distinct()];
    }

    /// <summary>Layers (input layers too), and nodes of free ops.</summary>
    internal IReadOnlyList<object> Operations { get; }

    /// <summary>Parameters that stand in the graph without a layer.</summary>
    internal IReadOnlyList<Parameter> Parameters { get; }

    internal IEnumerable<Layer> Layers => Operations.OfType<Layer>();

    /// <summary>The calls of an operation, in the order in which they were written.</summary>
    internal IReadOnlyList<Node> CallsOf(object operation) => nodes[operation];

    /// <summary>The layer that a node calls, or the node itself where it is a free op.</summary>
    internal static object OperationOf(Node node) => node.Tag switch { LayerCall call => call.Layer, InputLayer layer => layer, _ => node };

    /// <summary>The names of the operations: those of layers, and for free ops numbered ones beside them, as files have them.</summary>
    internal Dictionary<object, string> Names()
    {
        var names = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<string>();
        foreach (var layer in Layers) taken.Add(names[layer] = layer.Name);
        foreach (var node in Operations.OfType<Node>())
        {
            var stem = node.Name ?? KerasNames.Snake(FreeOps.Find(node)?.ClassName ?? node.Op.Name);
            var name = stem;
            for (var n = 1; !taken.Add(name); n++) name = $"{stem}_{n}";
            names[node] = name;
        }
        return names;
    }

    /// <summary>Constants and weights are arguments, not operations.</summary>
    internal static bool IsOperation(Node node) => node.Op != StateOps.Const && node.Tag is not Parameter;

    /// <summary>The nodes, inputs before users, and when each operation was met first.</summary>
    static (List<Node> Order, Dictionary<object, int> Met) Search(Variable[] outputs)
    {
        var met = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        var order = Topology.Sort(outputs.Select(o => o.Node), node =>
        {
            if (IsOperation(node)) met.TryAdd(OperationOf(node), met.Count);
            return false;
        });
        return (order, met);
    }

    static Dictionary<object, int> Depths(List<Node> order)
    {
        var ofNode = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        var ofOperation = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in Enumerable.Reverse(order).Where(IsOperation))
        {
            var depth = Math.Max(ofNode.GetValueOrDefault(node), ofOperation.GetValueOrDefault(OperationOf(node)));
            (ofNode[node], ofOperation[OperationOf(node)]) = (depth, depth);
            foreach (var input in node.Inputs) ofNode[input.Node] = Math.Max(depth + 1, ofNode.GetValueOrDefault(input.Node));
        }
        return ofOperation;
    }
}
