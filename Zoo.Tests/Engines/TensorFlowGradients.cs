using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

/// <summary>The gradients that TensorFlow's C library itself builds for cases, with our weights of the outputs: many in one graph, for sessions start slowly.</summary>
sealed class TensorFlowGradients(IEnumerable<OpRun> runs)
{
    const int Chunk = 200;

    /// <summary>Cases that were compared.</summary>
    internal List<OpCase> Compared { get; } = [];

    /// <summary>Ops for which TensorFlow builds no gradient.</summary>
    internal SortedSet<string> Absent { get; } = new(StringComparer.Ordinal);

    /// <summary>Cases whose gradient TensorFlow builds and cannot run.</summary>
    internal List<string> Refused { get; } = [];

    /// <summary>Each compared case with where the gradients differ; null where they do not.</summary>
    internal List<(OpCase Case, string? Found)> Compare() =>
        [.. runs.Where(r => r.Loss is not null && r.Case.DType is DType.Float32 or DType.Float64 && r.Case.Op.Body is null && r.Outputs.All(o => !o.DType.IsComplex()) && r.Case.Smooth(r.Feeds).Length > 0 && !Astray(r)).Chunk(Chunk).SelectMany(Together)];

    /// <summary>What TensorFlow builds so that it cannot run. Each of these was run in a process of its own.</summary>
    static bool Astray(OpRun r) => IsWrong(r) || r.Case.Op.Name switch
    {
        "ConcatV2" or "Mean" => r.Case.Wide,   // it mixes int32 and int64, which ends the process
        "BroadcastTo" or "GatherV2" or "Max" or "Min" or "Pad" or "PadV2" or "Prod" or "Slice" or "StridedSlice" or "Sum" => r.Case.Wide,   // the same as an error
        "Conv2D" => IsExplicit(r) || r.Node.Attrs["dilations"] is long[] rates && rates.Any(d => d != 1),   // its gradients have not its dilations and paddings: an error, other numbers or the end of the process
        "MaxPool" => IsExplicit(r),   // nor has this one its paddings: an error
        _ => false,
    };

    static bool IsExplicit(OpRun r) => r.Node.Attrs["padding"] is "EXPLICIT";

    /// <summary>Where TensorFlow's gradients are not those of the function, and central differences are ours: it sums nothing over axes that were broadcast, LogSoftmax's over axis 1 whatever the rank, and LRN's takes the default attributes whatever the op has.</summary>
    static bool IsWrong(OpRun r) => r.Case.Op.Name switch
    {
        "Atan2" or "SoftmaxCrossEntropyWithLogits" => r.Feeds[0].Shape != r.Feeds[1].Shape,
        "LogSoftmax" => r.Feeds[0].Shape.Rank != 2,
        "LRN" => r.Case.Variant.Attrs.Length > 0,
        _ => false,
    };

    List<(OpCase, string?)> Together(IReadOnlyList<OpRun> cases)
    {
        var flowing = cases.Select(r => r.Case.Flowing(r.Node)).ToArray();
        var seeds = cases.Select((r, i) => r.Case.Weights([.. flowing[i].Select(v => (v.DType, r.Outputs[Array.IndexOf(r.Case.Public(r.Node), v)].Shape))], 1).Select(A.Constant).ToArray()).ToArray();
        var written = GraphDefWriter.Write(new() { Feeds = [.. cases.SelectMany(r => r.Feeds)], Fetches = [.. flowing.Zip(seeds).SelectMany(p => p.First.Concat(p.Second))] });
        using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        graph.Import(written.Graph);
        var (peers, at, fed) = (new List<(OpRun Run, TfOutput[] Gradients)>(), 0, 0);
        for (var i = 0; i < cases.Count; i++)
        {
            var (run, n) = (cases[i], flowing[i].Length);
            var inputs = run.Case.Smooth(run.Feeds).Select(x => written.Feeds[fed + Array.IndexOf(run.Feeds, x)]);
            try
            {
                peers.Add((run, graph.AddGradients(Named(written.Fetches[at..(at + n)]), Named(inputs), Named(written.Fetches[(at + n)..(at + 2 * n)]))));
            }
            catch (EngineException e)
            {
                if (e.NativeMessage.StartsWith("No gradient defined", StringComparison.Ordinal)) Absent.Add(run.Case.Op.Name);
                else Refused.Add($"{run.Case}: {e.NativeMessage}");
            }
            (at, fed) = (at + 2 * n, fed + run.Feeds.Length);
        }
        var found = new NDArray?[peers.Sum(p => p.Gradients.Count(g => g.Operation != 0))];
        try
        {
            graph.Run([.. written.Feeds.Select(graph.Output)], [.. cases.SelectMany(r => r.Case.Feeds)], [.. peers.SelectMany(p => p.Gradients.Where(g => g.Operation != 0))], found, []);
        }
        catch (EngineException e)
        {
            // one of them is at fault: which is found by halves
            if (peers.Count > 1) return [.. Together([.. peers.Take(peers.Count / 2).Select(p => p.Run)]), .. Together([.. peers.Skip(peers.Count / 2).Select(p => p.Run)])];
            Refused.Add($"{peers[0].Run.Case}: {e.NativeMessage.Split('\n')[0]}");
            return [];
        }
        Compared.AddRange(peers.Select(p => p.Run.Case));
        var next = 0;
        return [.. peers.Select(p => (p.Run.Case, p.Gradients.Select((g, i) => Differ(p.Run, i, g.Operation == 0 ? null : found[next++])).ToArray().FirstOrDefault(d => d is not null)))];

        TfOutput[] Named(IEnumerable<string> names) => [.. names.Select(graph.Output)];
    }

    static string? Differ(OpRun run, int input, NDArray? theirs)
    {
        var ours = run.GradientValues[input];
        if (ours is null && theirs is null) return null;
        ours ??= NDArray.Zeros(theirs!.Shape, theirs.DType);
        theirs ??= NDArray.Zeros(ours.Shape, ours.DType);
        return OpRun.Differ(ours, theirs, OpTable.Within(run.Case.Op, ours.DType)) is { } other ? $"gradient {input}: {other}" : null;
    }
}
