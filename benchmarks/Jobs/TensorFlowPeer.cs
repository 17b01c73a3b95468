using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Benchmarks.Jobs;

/// <summary>TensorFlow's runtime on the job's GraphDef: as it is written, or a training step with its own fused Adam; for inference with weights as constants, as it is deployed.</summary>
internal sealed class TensorFlowPeer : IPeer
{
    readonly TensorFlowGraph graph;
    readonly TfOutput[] feeds, fetches;
    readonly NDArray[] values;
    readonly NDArray?[] fetched = new NDArray?[1];
    readonly nint[] targets;
    readonly bool trains;

    /// <param name="job">The job.</param>
    /// <param name="files">Its graph and weights.</param>
    /// <param name="batch">The samples of a step.</param>
    /// <param name="threads">Threads within and between ops.</param>
    /// <param name="fused">Whether Adam is TensorFlow's own op.</param>
    /// <param name="barrier">Whether assignments wait for everything that can fail.</param>
    internal TensorFlowPeer(Job job, JobFiles files, int batch, int threads, bool fused, bool barrier = true)
    {
        (trains, values) = (job.Trains, job.Feeds(batch));
        var (def, names, weights) = (files.ReadGraph(), files.ReadNames(), files.ReadWeights());
        if (fused) FusedAdam.Into(def, weights);
        if (!barrier)
            foreach (var node in def.Node.Where(n => n.Op == "AssignVariableOp")) node.Input.Remove("^ready");
        graph = new(TensorFlowGraph.Threads(threads, threads));
        if (trains) Assign(def, weights);
        else
        {
            Freeze(def, weights);
            graph.Import(def);
        }
        feeds = Array.ConvertAll(names.Feeds, graph.Output);
        fetches = [graph.Output(names.Fetch)];
        targets = names.Target is { } target ? [graph.Operation(target)] : [];
    }

    public double Step()
    {
        graph.Run(feeds, values, fetches, fetched, targets);
        var result = fetched[0]!.AsSpan<float>();
        return trains ? result[0] : Job.Digest(result);
    }

    /// <summary>Imports the graph and gives its variables their values, which the graph does not keep.</summary>
    void Assign(GraphDef def, Dictionary<string, NDArray> weights)
    {
        var starts = new List<(string Value, string Assign, NDArray Is)>();
        foreach (var handle in def.Node.Where(n => n.Op == "VarHandleOp").ToArray())
        {
            var value = weights[Path(handle)];
            var given = Add(def, "Placeholder", $"start/{handle.Name}/value", [], ("dtype", value.DType), ("shape", value.Shape));
            starts.Add((given, Add(def, "AssignVariableOp", $"start/{handle.Name}", [handle.Name, given], ("dtype", value.DType)), value));
        }
        graph.Import(def);
        foreach (var (given, assign, value) in starts) graph.Run([graph.Output(given)], [value], [], [], [graph.Operation(assign)], [true]);
    }

    /// <summary>Puts values in the places where variables are read.</summary>
    static void Freeze(GraphDef def, Dictionary<string, NDArray> weights)
    {
        var handles = def.Node.Where(n => n.Op == "VarHandleOp").ToDictionary(n => n.Name);
        foreach (var read in def.Node.Where(n => n.Op == "ReadVariableOp").ToArray())
        {
            var value = weights[Path(handles[read.Input[0]])];
            def.Node.Remove(read);
            Add(def, "Const", read.Name, [], ("value", value), ("dtype", value.DType));
        }
    }

    internal static string Path(NodeDef handle) => handle.Attr["shared_name"].S.ToStringUtf8();

    internal static string Add(GraphDef graph, string op, string name, string[] inputs, params ReadOnlySpan<(string, object)> attrs)
    {
        var node = new NodeDef { Op = op, Name = name };
        node.Input.AddRange(inputs);
        foreach (var (key, value) in attrs) node.Attr[key] = AttrWriter.Write(value);
        graph.Node.Add(node);
        return name;
    }
}
