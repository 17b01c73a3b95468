using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>A graph that was read: its nodes by name, in the file's order, its placeholders and variables.</summary>
internal sealed class ImportedGraph
{
    readonly Dictionary<string, Node> named;
    readonly string where;

    internal ImportedGraph(string where, Node[] nodes, Parameter[] parameters, FunctionDefLibrary? library)
    {
        (this.where, Nodes, Parameters, Library) = (where, nodes, parameters, library);
        named = nodes.ToDictionary(n => n.Name!);
    }

    internal IReadOnlyList<Node> Nodes { get; }

    /// <summary>The variables, each once. They have no values until they are given some.</summary>
    internal IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The placeholders, in the file's order.</summary>
    internal IEnumerable<Variable> Placeholders => Nodes.Where(n => n.Op == StateOps.Placeholder).Select(n => n.Out);

    /// <summary>Functions that no node calls; kept for writing.</summary>
    internal FunctionDefLibrary? Library { get; }

    internal bool Has(string node) => named.ContainsKey(node);

    internal Node Node(string name) => named.GetValueOrDefault(name) ?? throw Nearest.Unknown(where, "node", name, named.Keys);

    /// <summary>An output by its name: <c>x</c> or <c>x:1</c>.</summary>
    internal Variable this[string output]
    {
        get
        {
            if (NodeInputs.Parse(output) is not (var name, var index, false)) throw new GraphException($"{where}: '{output}' is not the name of an output. Expected a form like x or x:1.") { Node = output };
            var node = Node(name);
            return index < node.Outputs.Length ? node.Outputs[index] : throw new GraphException($"{where}: the node of '{output}' has {node.Outputs.Length} outputs. Expected an index below that.") { Node = name };
        }
    }

    /// <summary>
    /// What an engine runs: fetches by name and, for targets, the assignments they bring about. An engine assigns at the end of a run, so
    /// nothing that is computed may wait for an assignment.
    /// </summary>
    internal Program Program(IEnumerable<string> feeds, IEnumerable<string> fetches, params IEnumerable<string> targets)
    {
        var updates = new List<(Parameter, Variable)>();
        var assigned = new HashSet<Parameter>();
        foreach (var node in Topology.Sort(targets.Select(Node)).Where(IsAssignment))
        {
            var target = (Parameter)node.Tag!;
            if (!assigned.Add(target)) throw new GraphException($"{where}: the variable '{target.Path}' is assigned twice in one run, the second time by '{node.Name}'. Expected one assignment.") { Node = node.Name };
            var value = node[1];
            if (!target.Shape.Accepts(value.Shape)) throw new GraphException($"{where}: '{node.Name}' assigns {value.Shape} to the variable '{target.Path}' of shape {target.Shape}. Expected its shape.") { Node = node.Name };
            updates.Add((target, node.Op == StateOps.AssignVariableOp ? value : node.Op == StateOps.AssignAddVariableOp ? target.Variable + value : target.Variable - value));
        }
        var program = new Program { Name = "imported", Feeds = [.. feeds.Select(f => this[f])], Fetches = [.. fetches.Select(f => this[f])], Updates = [.. updates] };
        if (program.Nodes().Find(IsAssignment) is { } early)
            throw new GraphException($"{where}: a value is computed after the assignment '{early.Name}' of the same run. Expected assignments last. Run them one after the other.") { Node = early.Name };
        return program;
    }

    static bool IsAssignment(Node node) => node.Op == StateOps.AssignVariableOp || node.Op == StateOps.AssignAddVariableOp || node.Op == StateOps.AssignSubVariableOp;

    /// <summary>The graph as TensorFlow's, names and order as they were read.</summary>
    internal GraphDef Write()
    {
        var graph = new GraphDef { Versions = GraphDefWriter.Versions(), Library = Library };
        foreach (var node in Nodes) graph.Node.Add(NodeWriter.Write(node, n => n.Name!));
        return graph;
    }
}
