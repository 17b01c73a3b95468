using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Tests.EngineCases;

/// <summary>The same cases in TensorFlow: many in one graph, for sessions start slowly.</summary>
sealed class TensorFlowPeers(IReadOnlyList<OpRun> runs)
{
    const int Chunk = 400;
    static readonly Dictionary<string, KernelList> kernels = [];

    /// <summary>Cases, or their gradients, for which TensorFlow has no CPU kernel.</summary>
    internal List<string> Absent { get; } = [];

    /// <summary>Cases that differ in a graph with others, and not alone.</summary>
    internal List<string> OnlyInCompany { get; } = [];

    internal int Compared { get; private set; }

    sealed record Peer(OpRun Run, Variable[] Fetches, NDArray[] Expected);

    /// <summary>Each case with where the engines differ; null where they do not.</summary>
    internal List<(OpCase Case, string? Found)> Compare()
    {
        var peers = new List<Peer>();
        foreach (var run in runs)
        {
            var gradients = Enumerable.Range(0, run.Gradients.Length).Where(i => run.Gradients[i] is not null).ToArray();
            var (outputs, values) = (run.Case.Public(run.Node), run.Outputs);
            if (Missing(run, outputs) is { } node) Absent.Add($"{run.Case.Op.Name} {run.Case.DType.Name()} ({node})");
            else if (gradients.Length == 0) peers.Add(new(run, outputs, values));
            else
            {
                Variable[] all = [.. outputs, .. gradients.Select(i => run.Gradients[i]!)];
                if (Missing(run, all) is { } backward)
                {
                    Absent.Add($"{run.Case.Op.Name} {run.Case.DType.Name()}, gradient ({backward})");
                    peers.Add(new(run, outputs, values));
                }
                else peers.Add(new(run, all, [.. values, .. gradients.Select(i => run.GradientValues[i]!)]));
            }
        }
        return [.. peers.Chunk(Chunk).SelectMany(Together)];
    }

    List<(OpCase, string?)> Together(IReadOnlyList<Peer> peers)
    {
        NDArray[] found;
        try
        {
            var written = GraphDefWriter.Write(new() { Feeds = [.. peers.SelectMany(p => p.Run.Feeds)], Fetches = [.. peers.SelectMany(p => p.Fetches)] });
            using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
            graph.Import(written.Graph);
            var values = peers.SelectMany(p => p.Run.Case.Feeds).ToArray();
            found = graph.Run([.. written.Feeds.Zip(values)], written.Fetches);
        }
        catch (EngineException e)
        {
            // one of them is at fault: which is found by halves
            if (peers.Count == 1) return [(peers[0].Run.Case, $"TensorFlow refuses it: {e.Message}")];
            return [.. Together([.. peers.Take(peers.Count / 2)]), .. Together([.. peers.Skip(peers.Count / 2)])];
        }
        Compared += peers.Count;
        var next = 0;
        (OpCase Case, string? Found)[] compared = [.. peers.Select(p => (p.Run.Case, p.Expected.Select((e, i) => OpRun.Differ(e, found[next++], OpTable.Within(p.Run.Case.Op, e.DType)) is { } other ? $"{(i < p.Run.Outputs.Length ? $"output {i}" : $"gradient {i - p.Run.Outputs.Length}")}: {other}" : null).ToArray().FirstOrDefault(f => f is not null)))];
        // what differs is tried alone: in a graph with others TensorFlow's optimizer may make something else of it, which is told but is not ours
        for (var i = 0; i < compared.Length && peers.Count > 1; i++)
            if (compared[i].Found is { } inCompany && (compared[i] = Together([peers[i]])[0]).Found is null) OnlyInCompany.Add($"{compared[i].Case}: {inCompany}");
        return [.. compared];
    }

    /// <summary>The first node among those that are needed for which there is no CPU kernel.</summary>
    static string? Missing(OpRun run, Variable[] fetches)
    {
        var program = Portable.For(new() { Feeds = run.Feeds, Fetches = fetches });
        return program.Nodes().SelectMany(Within).FirstOrDefault(n => !Supports(n)) is { } node ? $"{node.Op.Name} {node.Outputs.FirstOrDefault()?.DType.Name()}" : null;
    }

    /// <summary>A node with those of its functions, or of what it means.</summary>
    static IEnumerable<Node> Within(Node node)
    {
        var inner = FlowOps.Functions(node).SelectMany(f => f.Outputs).Concat(node.Op.Body?.Invoke(node, node.Inputs) ?? []);
        var all = Topology.Sort(inner.Select(o => o.Node)).SelectMany(n => ReferenceEquals(n, node) || node.Inputs.Any(i => ReferenceEquals(i.Node, n)) ? [n] : Within(n));
        return node.Op.Body is null ? all.Append(node) : all;
    }

    static bool Supports(Node node)
    {
        if (node.Op.Name == "Tile" && node.Out.DType == DType.UInt16) return false;   // its kernel refuses what its list has
        if (!kernels.TryGetValue(node.Op.Name, out var list)) kernels[node.Op.Name] = list = TensorFlowGraph.KernelsOf(node.Op.Name);
        return list.Kernel.Any(k => k.DeviceType == "CPU" && k.Label.Length == 0 && k.Constraint.All(c =>
            node.Attrs[c.Name] is DType type ? c.AllowedValues.List.Type.Contains((DataType)type)
            : node.Attrs[c.Name] is not DType[] types || types.All(t => c.AllowedValues.List.Type.Contains((DataType)t))));
    }
}
