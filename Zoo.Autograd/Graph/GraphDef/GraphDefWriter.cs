using System.Text;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>A program as TensorFlow's graph: where its values go in and come out, and the node that runs all assignments.</summary>
internal sealed record WrittenGraph(GraphDef Graph, string[] Feeds, string[] Fetches, string? Train);

/// <summary>
/// Writes a program as a GraphDef, node by node. Updates become AssignVariableOp nodes; each has a control dependency on one NoOp behind every
/// fetch and every new value, so that nothing is assigned when anything fails.
/// </summary>
internal sealed class GraphDefWriter
{
    readonly GraphDef graph = new() { Versions = Versions() };
    readonly HashSet<string> taken = [], reserved = [];
    readonly Dictionary<Node, string> names = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Parameter, string> handles = [];
    readonly List<LookupTable> tables = [];
    readonly Func<Parameter, string> sharedName;
    readonly Func<LookupTable, string>? tableName;
    readonly FunctionWriter functions;

    internal GraphDefWriter(Func<Parameter, string> sharedName, Func<LookupTable, string>? tableName = null)
    {
        (this.sharedName, this.tableName) = (sharedName, tableName);
        functions = new(() => graph.Library ??= new());
    }

    /// <summary>TensorFlow's graph version that these nodes mean.</summary>
    internal static VersionDef Versions() => new() { Producer = 1994 };

    /// <summary>The graph of a program; <paramref name="sharedName"/> names variables, by their path where it is not given; <paramref name="tableName"/> the tables.</summary>
    internal static WrittenGraph Write(Program program, Func<Parameter, string>? sharedName = null, Func<LookupTable, string>? tableName = null)
    {
        program = Portable.For(program);
        var writer = new GraphDefWriter(sharedName ?? (p => p.Path), tableName);
        writer.AddNodes(program);
        var fetches = Array.ConvertAll(program.Fetches, v => program.Feeds.Contains(v) ? writer.Add("Identity", "fetch", [writer.Port(v)], ("T", v.DType)) : writer.Port(v));
        var train = program.Updates.Length > 0 ? writer.Assignments(program, "ready", _ => "assign", "train") : program.Effects.Length > 0 ? writer.Barrier(program, "train") : null;
        return new(writer.graph, Array.ConvertAll(program.Feeds, writer.Port), fetches, train);
    }

    /// <summary>The graph as far as it is written.</summary>
    internal GraphDef Graph => graph;

    /// <summary>Keeps a name for a node that is added by <see cref="Add(string, string, string[], ReadOnlySpan{ValueTuple{string, object}})"/>.</summary>
    internal bool Reserve(string name) => taken.Add(name) && reserved.Add(name);

    /// <summary>Gives a node just this name.</summary>
    internal bool Name(Node node, string name) => taken.Add(name) && names.TryAdd(node, name);

    /// <summary>A name as TensorFlow takes it.</summary>
    internal static string Clean(string wish)
    {
        var clean = new StringBuilder();
        foreach (var c in wish) clean.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '-' or '>' or '\\' || c == '_' && clean.Length > 0 ? c : clean.Length == 0 ? 'n' : '_');
        return clean.Length == 0 ? "node" : clean.ToString();
    }

    /// <summary>Feeds under their own names, then everything that the program computes, and the variables it assigns.</summary>
    internal void AddNodes(Program program)
    {
        var nodes = Topology.Sort([.. program.Feeds.Select(f => f.Node), .. program.Roots().Select(v => v.Node), .. program.Effects]);
        foreach (var node in nodes) Add(node);
        foreach (var (target, _) in program.Updates)
            if (!handles.ContainsKey(target)) Add(target.Variable.Node[0].Node);
    }

    /// <summary>One NoOp behind all that can fail, the assignments behind it, and a NoOp behind those, whose name is returned.</summary>
    internal string Assignments(Program program, string ready, Func<Parameter, string> assign, string train)
    {
        var barrier = Barrier(program, ready);
        var assigned = program.Updates.Select(u => Add("AssignVariableOp", assign(u.Target), [Handle(u.Target), Port(u.Value), "^" + barrier], ("dtype", u.Value.DType))).ToArray();
        return Add("NoOp", train, [.. assigned.Select(a => "^" + a)]);
    }

    string Barrier(Program program, string name) => Add("NoOp", name, [.. program.Roots().Select(v => v.Node).Concat(program.Effects).Select(n => "^" + names[n]).Distinct()]);

    internal string Handle(Parameter p) => handles[p];

    internal string Port(Variable v) => NodeWriter.Port(v, n => names[n]);

    void Add(Node node)
    {
        var wish = node.Name ?? (node.Tag is Parameter p ? node.Op == StateOps.VarHandleOp ? p.Path : p.Path + "/" + node.Op.Name : node.Op.Name);
        if (!names.ContainsKey(node)) names[node] = Unique(wish);
        var def = NodeWriter.Write(node, n => names[n], Port, functions);
        def.Attr.Remove("_class");   // it would name nodes that may not be here
        if (node.Op == StateOps.VarHandleOp)
        {
            var parameter = (Parameter)node.Tag!;
            handles.TryAdd(parameter, def.Name);
            def.Attr["shared_name"] = AttrWriter.Write(sharedName(parameter));
        }
        else if (node.Tag is LookupTable table && TableOps.IsHandle(node.Op))
        {
            tables.Add(table);
            def.Attr["shared_name"] = AttrWriter.Write(tableName?.Invoke(table) ?? def.Name);
        }
        graph.Node.Add(def);
    }

    /// <summary>Nodes that fill the tables; their names.</summary>
    internal string[] FillTables(string prefix) => [.. tables.Select(t =>
    {
        var (keys, values) = (Add("Const", $"{prefix}/{t.Name}/keys", [], ("dtype", t.KeyType), ("value", t.Keys)), Add("Const", $"{prefix}/{t.Name}/values", [], ("dtype", t.ValueType), ("value", t.Values)));
        return Add("LookupTableImportV2", $"{prefix}/{t.Name}", [names[t.Handle.Node], keys, values], ("Tin", t.KeyType), ("Tout", t.ValueType));
    })];

    /// <summary>A node that no expression has.</summary>
    internal string Add(string op, string name, string[] inputs, params ReadOnlySpan<(string, object)> attrs)
    {
        var def = NodeWriter.Write(op, reserved.Remove(name) ? name : Unique(name), inputs, attrs);
        graph.Node.Add(def);
        return def.Name;
    }

    string Unique(string wish)
    {
        var clean = Clean(wish);
        var name = clean;
        for (var i = 1; !taken.Add(name); i++) name = $"{clean}_{i}";
        return name;
    }
}
