using System.Runtime.CompilerServices;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>
/// A graph with its session and variables, which grows with every program that runs in it; names are never reused. TensorFlow cannot take nodes
/// out again: when most programs are gone, those that are left move to a new space. It goes when no program and no Parameter's value is in it.
/// </summary>
internal sealed class TensorFlowSpace
{
    const int Many = 16;

    readonly ConditionalWeakTable<Parameter, TensorFlowVariable> variables = [];
    readonly ConditionalWeakTable<LookupTable, string> tables = [];
    readonly List<WeakReference<TensorFlowProgram>> programs = [];
    readonly Lock growing = new();
    int made;

    internal TensorFlowGraph Graph { get; } = new();

    /// <summary>Whether most of what the graph holds is of no use any more, as seen when the last program came.</summary>
    internal bool IsWorn { get; private set; }

    /// <summary>The variable of a Parameter.</summary>
    internal TensorFlowVariable Variable(Parameter p) => variables.GetValue(p, p => new(this, p));

    /// <summary>The shared name of a table, which is filled when it first comes.</summary>
    internal string Table(LookupTable table) => tables.GetValue(table, Filled);

    string Filled(LookupTable table)
    {
        var name = $"t{Interlocked.Increment(ref made)}";
        var graph = new GraphDef { Versions = GraphDefWriter.Versions() };
        graph.Node.Add(NodeWriter.Write("HashTableV2", "handle", [], ("key_dtype", table.KeyType), ("value_dtype", table.ValueType), ("shared_name", name)));
        graph.Node.Add(NodeWriter.Write("Placeholder", "keys", [], ("dtype", table.KeyType), ("shape", table.Keys.Shape)));
        graph.Node.Add(NodeWriter.Write("Placeholder", "values", [], ("dtype", table.ValueType), ("shape", table.Values.Shape)));
        graph.Node.Add(NodeWriter.Write("LookupTableImportV2", "fill", ["handle", "keys", "values"], ("Tin", table.KeyType), ("Tout", table.ValueType)));
        var prefix = Import(graph);
        Graph.Run([(prefix + "keys", table.Keys), (prefix + "values", table.Values)], [], prefix + "fill");
        return name;
    }

    /// <summary>Adds nodes under a name of their own, which is returned with a slash.</summary>
    internal string Import(GraphDef graph)
    {
        lock (growing)
        {
            var prefix = $"p{made++}";
            Graph.Import(graph, prefix);
            return prefix + "/";
        }
    }

    internal string NextVariable() => $"v{Interlocked.Increment(ref made)}";

    internal void Add(TensorFlowProgram program)
    {
        lock (growing)
        {
            programs.Add(new(program));
            IsWorn = programs.Count >= Many && programs.Count(p => p.TryGetTarget(out _)) < programs.Count / 2;
        }
    }
}
