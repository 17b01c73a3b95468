using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>
/// Reads a GraphDef of known ops: every node becomes one of ours, with its name; variables become Parameters, functions are read where they are called. What cannot be
/// read is listed as a whole.
/// </summary>
internal static class GraphDefReader
{
    // Up to this producer a Placeholder's scalar shape said that nothing is known.
    const int ScalarMeansUnknown = 21;

    /// <summary>The graph in a .pb or .pbtxt file.</summary>
    internal static ImportedGraph Load(string path) => Read(GraphDefFile.Load(path), $"GraphDef '{path}'");

    internal static ImportedGraph Read(Stream stream) => Read(GraphDefFile.Load(stream));

    internal static ImportedGraph Read(byte[] bytes) => Read(GraphDefFile.Parse(bytes));

    /// <summary>The graph; where outputs are named, only what they need.</summary>
    internal static ImportedGraph Read(GraphDef graph, string where = "GraphDef", params IReadOnlyList<string> only)
    {
        var resources = new Resources(where, graph.Versions?.Producer > GraphDefWriter.Versions().Producer);
        var functions = new FunctionLibrary(graph.Library, resources, where);
        var scope = new ScopeReader(only.Count > 0 ? Needed(graph, only, where) : graph.Node, null, new(resources.Tensors, null, resources.IsNewer), functions, resources, where) { IsOld = graph.Versions?.Producer is not > ScalarMeansUnknown };
        scope.Read();
        return new(where, scope.Nodes, scope.Values, resources.Parameters, graph.Library);
    }

    static List<NodeDef> Needed(GraphDef graph, IReadOnlyList<string> outputs, string where)
    {
        var named = graph.Node.GroupBy(n => n.Name).ToDictionary(g => g.Key, g => g.First());
        var needed = new HashSet<string>();
        var next = new Stack<string>(outputs.Select(o => NodeInputs.Parse(o)?.Name ?? o));
        foreach (var name in next)
            if (!named.ContainsKey(name)) throw new GraphException($"{where}: no node is named '{name}'. Expected one of its {named.Count} nodes.") { Node = name };
        while (next.TryPop(out var name))
            if (needed.Add(name) && named.TryGetValue(name, out var node))
                foreach (var input in node.Input)
                    if (NodeInputs.Parse(input) is var (from, _, _, _)) next.Push(from);
        return [.. graph.Node.Where(n => needed.Contains(n.Name))];
    }
}
