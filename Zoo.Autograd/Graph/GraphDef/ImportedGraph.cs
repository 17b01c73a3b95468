using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>A graph that was read: its nodes by name, in the file's order, its placeholders and variables.</summary>
internal sealed class ImportedGraph
{
    readonly Dictionary<string, Node> named;
    readonly Dictionary<string, Variable[]> values;
    readonly string where;

    internal ImportedGraph(string where, Node[] nodes, Dictionary<string, Variable[]> values, Parameter[] parameters, FunctionDefLibrary? library)
    {
        (this.where, this.values, Nodes, Parameters, Library) = (where, values, nodes, parameters, library);
        named = nodes.ToDictionary(n => n.Name!);
    }

    internal IReadOnlyList<Node> Nodes { get; }

    /// <summary>The variables, each once. They have no values until they are given some.</summary>
    internal IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The placeholders, in the file's order.</summary>
    internal IEnumerable<Variable> Placeholders => Nodes.Where(n => n.Op == StateOps.Placeholder).Select(n => n.Out);

    /// <summary>The file's functions; kept for writing.</summary>
    internal FunctionDefLibrary? Library { get; }

    internal bool Has(string node) => named.ContainsKey(node);

    internal Node Node(string name) => named.GetValueOrDefault(name) ?? throw Nearest.Unknown(where, "node", name, named.Keys);

    /// <summary>An output by its name: <c>x</c> or <c>x:1</c>.</summary>
    internal Variable this[string output]
    {
        get
        {
            if (NodeInputs.Parse(output) is not (var name, _, int index, false)) throw new GraphException($"{where}: '{output}' is not the name of an output. Expected a form like x or x:1.") { Node = output };
            var outputs = values.TryGetValue(name, out var found) ? found : Node(name).Outputs;
            return index < outputs.Length ? outputs[index] : throw new GraphException($"{where}: the node of '{output}' has {outputs.Length} outputs. Expected an index below that.") { Node = name };
        }
    }

    /// <summary>
    /// What an engine runs: fetches by name, and the assignments that they and the targets bring about. An engine assigns at the end of a run, so
    /// nothing that is computed may read a variable after it was assigned.
    /// </summary>
    internal Program Program(IEnumerable<string> feeds, IEnumerable<string> fetches, params IEnumerable<string> targets)
    {
        var flat = new Flat();
        Variable[] inputs = flat.Lower([.. feeds.Select(f => this[f])]), outputs = flat.Lower([.. fetches.Select(f => this[f])]);
        var last = targets.Select(Node).Select(n => n.Outputs.Length > 0 ? flat.Lower(n.Out).Node : flat.Lower(n)).ToArray();
        var nodes = Topology.Sort([.. last, .. outputs.Select(o => o.Node), .. flat.Effects]);
        var updates = new List<(Parameter Target, Variable Value)>();
        var assigned = new HashSet<Parameter>();
        foreach (var node in nodes.Where(n => n.Op.Assigns is not null))
            foreach (var (target, value) in node.Op.Assigns!(node))
            {
                if (!assigned.Add(target)) throw new GraphException($"{where}: the variable '{target.Path}' is assigned twice in one run, the second time by '{node.Name}'. Expected one assignment.") { Node = node.Name };
                if (!target.Shape.Accepts(value.Shape)) throw new GraphException($"{where}: '{node.Name}' assigns {value.Shape} to the variable '{target.Path}' of shape {target.Shape}. Expected its shape.") { Node = node.Name };
                updates.Add((target, value));
            }
        var program = new Program { Name = "imported", Feeds = inputs, Fetches = outputs, Updates = [.. updates], Effects = [.. nodes.Where(n => n.Op.Effect)] };
        foreach (var node in nodes)
        {
            if (FlowOps.Functions(node).FirstOrDefault(f => Array.Exists(f.Effects, e => e.Op.Assigns is not null)) is { } function)
                throw new GraphException($"{where}: '{node.Name}' ({node.Op.Name}) assigns variables in the function '{function.Name}'. Expected assignments outside of loops and branches.") { Node = node.Name };
            if (assigned.Count > 0 && node.Controls.Length > 0 && After(node) is var (early, read))
                throw new GraphException($"{where}: '{node.Name}' reads the variable '{read.Path}' after the assignment '{early.Name}' of the same run. Expected assignments last. Run them one after the other.") { Node = early.Name };
        }
        return program;
    }

    /// <summary>The assignment that must have run before a node that reads its variable.</summary>
    static (Node Assignment, Parameter Read)? After(Node node)
    {
        var reads = (node.Op == StateOps.ReadVariableOp ? [node] : node.Inputs.Select(i => i.Node).Where(n => n.Op == StateOps.ReadVariableOp)).Select(n => n.Tag).OfType<Parameter>().ToArray();
        if (reads.Length == 0) return null;
        foreach (var before in Topology.Sort(node.Controls).Where(n => n.Op.Assigns is not null))
            foreach (var (target, _) in before.Op.Assigns!(before))
                if (reads.Contains(target)) return (before, target);
        return null;
    }

    /// <summary>The graph with calls replaced by what they call.</summary>
    sealed class Flat : Lowering
    {
        internal List<Node> Effects { get; } = [];

        protected override Variable[] Step(Node node, Variable[] inputs) => FlowOps.IsCall(node.Op) ? FlowOps.Body(node, "f").Inline(inputs, Effects) : base.Step(node, inputs);
    }

    /// <summary>The graph as TensorFlow's, names and order as they were read; what stands for several nodes of the file comes last.</summary>
    internal GraphDef Write()
    {
        var graph = new GraphDef { Versions = GraphDefWriter.Versions(), Library = Library?.Clone() };
        var functions = new FunctionWriter(() => graph.Library ??= new()) { Kept = Library?.Function.Select(f => f.Signature.Name).ToHashSet() ?? [] };
        var names = new Dictionary<Node, string>(ReferenceEqualityComparer.Instance);
        foreach (var node in Nodes) names[node] = node.Name!;
        var others = Topology.Sort(Nodes).Where(n => !names.ContainsKey(n)).ToArray();
        var taken = Nodes.Select(n => n.Name!).ToHashSet();
        foreach (var node in others)
        {
            var (wish, n) = (GraphDefWriter.Clean(node.Name ?? (node.Tag as Parameter)?.Path ?? node.Op.Name), 0);
            for (names[node] = wish; !taken.Add(names[node]); names[node] = $"{wish}_{n}") n++;
        }
        foreach (var node in Nodes.Concat(others)) graph.Node.Add(NodeWriter.Write(node, n => names[n], v => NodeWriter.Port(v, n => names[n]), functions));
        return graph;
    }
}
