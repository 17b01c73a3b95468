using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Benchmarks;

/// <summary>
/// TensorFlow's runtime on the job's graph: as it is written, Adam element by element, or with its own fused Adam, which computes the same formula.
/// </summary>
internal sealed class TensorFlowPeer : IPeer
{
    readonly TensorFlowGraph graph;
    readonly TfOutput[] feeds, fetches;
    readonly NDArray[] values;
    readonly NDArray?[] fetched = new NDArray?[1];
    readonly nint[] targets;

    internal TensorFlowPeer(Job job, int batch, int threads, bool fusedAdam, bool barrier = true)
    {
        var written = fusedAdam ? Fused(job) : GraphDefWriter.Write(job.Step);
        if (!barrier)
            foreach (var node in written.Graph.Node.Where(n => n.Op == "AssignVariableOp")) node.Input.Remove("^ready");
        graph = Start(written.Graph, job.Step, threads);
        feeds = Array.ConvertAll(written.Feeds, graph.Output);
        fetches = [graph.Output(written.Fetches[0])];
        targets = [graph.Operation(written.Train!)];
        values = job.Batch(batch);
    }

    /// <summary>A session with a program's graph, whose variables have their values.</summary>
    internal static TensorFlowGraph Start(GraphDef written, Autograd.Graph.Program program, int threads)
    {
        var graph = new TensorFlowGraph(TensorFlowGraph.Threads(threads, threads));
        var start = new List<string>();
        foreach (var p in program.Parameters())
            start.Add(Add(written, "AssignVariableOp", $"start/{p.Path}", [Handle(written, p), Add(written, "Const", $"start/{p.Path}/value", [], ("value", p.Value), ("dtype", p.DType))], ("dtype", p.DType)));
        graph.Import(written);
        graph.Run([], [], [], [], [.. start.Select(graph.Operation)]);
        return graph;
    }

    public double Step()
    {
        values[2].AsSpan<float>()[0]++;
        graph.Run(feeds, values, fetches, fetched, targets);
        return fetched[0]!.AsSpan<float>()[0];
    }

    static WrittenGraph Fused(Job job)
    {
        var step = job.Step;
        var written = GraphDefWriter.Write(new() { Name = step.Name, Feeds = step.Feeds, Fetches = [step.Fetches[0], .. job.Powers, .. job.Gradients] });
        var graph = written.Graph;
        string Number(string name, double value) => Add(graph, "Const", "adam/" + name, [], ("value", NDArray.Scalar((float)value)), ("dtype", DType.Float32));
        string[] numbers = [Number("lr", Job.Rate), Number("beta1", Job.Beta1), Number("beta2", Job.Beta2), Number("epsilon", Job.Epsilon)];
        var ready = Add(graph, "NoOp", "ready", [.. written.Fetches.Select(f => "^" + f.Split(':')[0]).Distinct()]);
        var updates = job.Weights.Select((w, i) => "^" + Add(graph, "ResourceApplyAdam", $"adam/{w.Path}",
            [Handle(graph, w), Handle(graph, job.Moments[i].First), Handle(graph, job.Moments[i].Second), written.Fetches[1], written.Fetches[2], .. numbers, written.Fetches[3 + i], "^" + ready],
            ("T", DType.Float32))).ToArray();
        return new(graph, written.Feeds, [written.Fetches[0]], Add(graph, "NoOp", "train", updates));
    }

    /// <summary>The node of a Parameter's variable; made where the graph has none.</summary>
    static string Handle(GraphDef graph, Parameter p) =>
        graph.Node.FirstOrDefault(n => n.Op == "VarHandleOp" && n.Attr["shared_name"].S.ToStringUtf8() == p.Path)?.Name
        ?? Add(graph, "VarHandleOp", "slot/" + p.Path, [], ("dtype", p.DType), ("shape", p.Shape), ("shared_name", p.Path));

    static string Add(GraphDef graph, string op, string name, string[] inputs, params ReadOnlySpan<(string, object)> attrs)
    {
        var node = new NodeDef { Op = op, Name = name };
        node.Input.AddRange(inputs);
        foreach (var (key, value) in attrs) node.Attr[key] = AttrWriter.Write(value);
        graph.Node.Add(node);
        return name;
    }
}
