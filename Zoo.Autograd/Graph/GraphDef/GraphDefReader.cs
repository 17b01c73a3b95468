using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// Reads a GraphDef of known ops: every node becomes one of ours, with its name; variables become Parameters. What cannot be read is listed as a whole.
/// </summary>
internal sealed class GraphDefReader
{
    // Up to this producer a Placeholder's scalar shape said that nothing is known.
    const int ScalarMeansUnknown = 21;
    readonly GraphDef graph;
    readonly string where;
    readonly AttrReader attrs = new(new());
    readonly NodeInputs inputs;
    readonly Dictionary<string, Node> nodes = [];
    readonly Dictionary<string, Parameter> parameters = [];
    readonly Dictionary<string, LookupTable> tables = [];

    GraphDefReader(GraphDef graph, string where) => (this.graph, this.where, inputs) = (graph, where, NodeInputs.Of(graph, where));

    /// <summary>The graph in a .pb or .pbtxt file.</summary>
    internal static ImportedGraph Load(string path) => Read(GraphDefFile.Load(path), $"GraphDef '{path}'");

    internal static ImportedGraph Read(Stream stream) => Read(GraphDefFile.Load(stream));

    internal static ImportedGraph Read(byte[] bytes) => Read(GraphDefFile.Parse(bytes));

    internal static ImportedGraph Read(GraphDef graph, string where = "GraphDef") => new GraphDefReader(graph, where).Read();

    ImportedGraph Read()
    {
        foreach (var at in inputs.Order)
        {
            var def = graph.Node[at];
            try
            {
                nodes[def.Name] = Make(def, inputs[at]);
            }
            // A shape rule may meet what no graph built by code has: sizes that overflow, lists too short.
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or ArithmeticException or InvalidCastException or IndexOutOfRangeException)
            {
                throw new GraphException($"{where}: the node '{def.Name}' ({def.Op}) cannot be read: {e.Message}", e) { Node = def.Name };
            }
        }
        return new(where, [.. graph.Node.Select(n => nodes[n.Name])], parameters.Values.ToArray(), graph.Library);
    }

    Node Make(NodeDef def, List<NodeInputs.Edge> edges)
    {
        var op = Registry.Get(def.Op);
        var values = edges.Where(e => !e.IsControl).Select(e => Output(graph.Node[e.Node].Name, e.Index)).ToArray();
        var controls = edges.Where(e => e.IsControl).Select(e => nodes[graph.Node[e.Node].Name]).ToArray();
        var read = attrs.Read(def, op);
        if (op == StateOps.Placeholder && graph.Versions?.Producer is not > ScalarMeansUnknown && read["shape"] is Shape { HasRank: true, Rank: 0 }) read = read.With("shape", Shape.Unknown);
        if (op == StateOps.Const && read["value"] is NDArray value && read["dtype"] is DType dtype && value.DType != dtype)
            throw new GraphException($"its value is {value.DType.Name()}. Expected {dtype.Name()}, which its attribute dtype says.");
        var node = op.Call(values, read, def.Name, Resource(op, def, read, values), controls);
        TableOps.Fill(node);
        return node;
    }

    Variable Output(string node, int index) => nodes[node] is var from && index < from.Outputs.Length ? from.Outputs[index]
        : throw new GraphException($"its input '{node}:{index}' does not exist: {from.Op.Name} has {from.Outputs.Length} outputs.");

    /// <summary>The Parameter or table that a node stands for: of a handle, of what only passes the handle on, and of what works through it.</summary>
    object? Resource(Op op, NodeDef def, Attrs read, Variable[] values)
    {
        if (op == StateOps.VarHandleOp) return Declare(def, read);
        if (TableOps.IsHandle(op)) return Table(def, read);
        if (values.Length == 0 || values[0].DType != DType.Resource) return null;
        return values[0].Node.Tag ?? throw new GraphException($"what it uses comes from {values[0].Node.Op.Name}. Expected a VarHandleOp or a HashTableV2 in the same graph.");
    }

    LookupTable Table(NodeDef def, Attrs read)
    {
        var name = read["shared_name"] is string { Length: > 0 } shared ? shared : def.Name;
        if (read["key_dtype"] is not DType keys || read["value_dtype"] is not DType values) throw new GraphException("a table lacks its dtypes. Expected the attributes key_dtype and value_dtype.");
        if (keys != DType.String && !keys.IsInteger()) throw new GraphException($"a table has keys of {keys.Name()}. Expected strings or whole numbers.");
        return tables.TryGetValue($"{read["container"]}\0{name}", out var table) ? table : tables[$"{read["container"]}\0{name}"] = new(keys, values, def.Name);
    }

    Parameter Declare(NodeDef def, Attrs read)
    {
        var name = read["shared_name"] is string { Length: > 0 } shared ? shared : def.Name;
        var key = $"{read["container"]}\0{name}";
        if (read["dtype"] is not DType dtype || read["shape"] is not Shape shape) throw new GraphException("a variable lacks its dtype or shape. Expected both attributes.");
        if (!shape.IsKnown) throw new GraphException($"the variable '{name}' has the shape {shape}. Expected a known size for each dimension.");
        if (!parameters.TryGetValue(key, out var parameter))
        {
            parameter = new(name[(name.LastIndexOf('/') + 1)..], shape, dtype, () => throw new GraphException($"{where}: the variable '{name}' has no value, for graphs hold none. Set Parameter.Value, or read a training step with its init."), read["_zoo_trainable"] is true) { Path = name };
            parameters[key] = parameter;
        }
        else if (parameter.Shape != shape || parameter.DType != dtype)
            throw new GraphException($"the variable '{name}' is {dtype.Name()} {shape} here and {parameter.DType.Name()} {parameter.Shape} elsewhere. Expected one dtype and shape.");
        return parameter;
    }
}
