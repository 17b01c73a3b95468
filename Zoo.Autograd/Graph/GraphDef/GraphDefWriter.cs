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
    readonly GraphDef graph = new() { Versions = new() { Producer = 1994 } };
    readonly HashSet<string> taken = [];
    readonly Dictionary<Node, string> names = new(ReferenceEqualityComparer.Instance);
    readonly Func<Parameter, string> sharedName;

    GraphDefWriter(Func<Parameter, string> sharedName) => this.sharedName = sharedName;

    /// <summary>The graph of a program; <paramref name="sharedName"/> names variables, by their path where it is not given.</summary>
    internal static WrittenGraph Write(Program program, Func<Parameter, string>? sharedName = null) => new GraphDefWriter(sharedName ?? (p => p.Path)).Write(program);

    WrittenGraph Write(Program program)
    {
        var handles = program.Updates.Select(u => u.Target.Variable.Node[0]).ToArray();
        foreach (var node in Topology.Sort([.. program.Feeds.Select(f => f.Node), .. program.Roots().Select(v => v.Node), .. handles.Select(h => h.Node)])) Add(node);
        var fetches = Array.ConvertAll(program.Fetches, v => program.Feeds.Contains(v) ? Extra("Identity", "fetch", [Port(v)], ("T", v.DType)) : Port(v));
        string? train = null;
        if (program.Updates.Length > 0)
        {
            var ready = Extra("NoOp", "ready", [.. program.Roots().Select(v => "^" + names[v.Node]).Distinct()]);
            var assigned = program.Updates.Select((u, i) => Extra("AssignVariableOp", "assign", [Port(handles[i]), Port(u.Value), "^" + ready], ("dtype", u.Value.DType)));
            train = Extra("NoOp", "train", [.. assigned.Select(a => "^" + a)]);
        }
        return new(graph, Array.ConvertAll(program.Feeds, Port), fetches, train);
    }

    void Add(Node node)
    {
        if (node.Tag is IUpperCall call) throw new GraphException($"GraphDef: {call.Name} is a layer call. Lower the model first.") { Node = call.Name };
        var def = new NodeDef { Op = node.Op.Name, Name = names[node] = Unique(node.Name ?? (node.Tag as Parameter)?.Path ?? node.Op.Name) };
        foreach (var input in node.Inputs) def.Input.Add(Port(input));
        foreach (var control in node.Controls) def.Input.Add("^" + names[control]);
        foreach (var (name, value) in node.Attrs.All) def.Attr[name] = AttrWriter.Write(value);
        if (node.Op == StateOps.VarHandleOp) def.Attr["shared_name"] = AttrWriter.Write(sharedName((Parameter)node.Tag!));
        graph.Node.Add(def);
    }

    string Extra(string op, string name, string[] inputs, params ReadOnlySpan<(string, object)> attrs)
    {
        var def = new NodeDef { Op = op, Name = Unique(name) };
        def.Input.AddRange(inputs);
        foreach (var (key, value) in attrs) def.Attr[key] = AttrWriter.Write(value);
        graph.Node.Add(def);
        return def.Name;
    }

    string Port(Variable v) => v.Index == 0 ? names[v.Node] : $"{names[v.Node]}:{v.Index}";

    string Unique(string wish)
    {
        var clean = new StringBuilder();
        foreach (var c in wish) clean.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '/' or '-' || c == '_' && clean.Length > 0 ? c : clean.Length == 0 ? 'n' : '_');
        var name = clean.Length == 0 ? "node" : clean.ToString();
        for (var i = 1; !taken.Add(name); i++) name = $"{clean}_{i}";
        return name;
    }
}
