using System.Reflection;
using System.Text;

namespace Zoo.Benchmarks;

/// <summary>The section of docs/benchmarks.md about nets of Caffe.</summary>
internal static class CaffeSection
{
    internal static string Write(IReadOnlyList<CaffeLoad> runs, string load)
    {
        var text = new StringBuilder($"""
            ## Caffe
            `dotnet run -c Release --project benchmarks -- caffe` writes this section anew. {DateTime.UtcNow:yyyy-MM-dd}, load of other programs: {load}; OpenCV {Version<OpenCvSharp.Mat>()}, ONNX Runtime {Version<Microsoft.ML.OnnxRuntime.InferenceSession>()}.
            {runs[0].File} with weights by recipe: *embedded* and *opencv* (its DNN module) load the prototxt and the caffemodel that `SaveCaffe` wrote, *onnxruntime* the same net as `SaveOnnx` writes it. Each in a process of its own;
            {runs[0].Times[0].Values.First().Length} rounds for each batch, in each a turn of every peer (the shorter of two runs counts). Loading and the first result: medians of {runs[0].Loaded.Values.First().Length} starts. Memory: the largest resident size of the process, when the net is loaded and when
            the batches are done. Ratios: embedded over the other, the median of the rounds' ratios with its 95 % interval by bootstrap. Below 1: embedded is faster.

            | threads | peer | load ms | first result ms | memory MB | batch 1 ms | memory MB | batch 8 ms | memory MB | embedded / it, batch 1 | embedded / it, batch 8 |
            |---|---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var run in runs)
        {
            foreach (var peer in run.Loaded.Keys)
                text.AppendLine($"| {run.Threads} | {peer} | {Ratio.Middle(run.Loaded[peer]):F0} | {Ratio.Middle(run.First[peer]):F0} | {run.Memory[peer]:F0} | {string.Join(" | ", Enumerable.Range(0, 2).Select(b => $"{Ratio.Middle(run.Times[b][peer]):F1} | {run.Peak[b][peer]:F0}"))} | {string.Join(" | ", Enumerable.Range(0, 2).Select(b => peer == "embedded" ? "" : $"{Ratio.Of(run.Times[b]["embedded"], run.Times[b][peer])}"))} |");
            foreach (var (peer, reason) in run.Absent) text.AppendLine($"| {run.Threads} | {peer} | absent: {reason.Replace('|', '/')} | | | | | | | | |");
        }
        return text.AppendLine().AppendLine($"The peers' largest probabilities differ by {runs.Max(r => r.Difference):E1} at most.").ToString();
    }

    static string Version<T>() => typeof(T).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "of unknown version";
}
