using System.Text;

namespace Zoo.Benchmarks.Jobs;

/// <summary>Cost against size, measured on the embedded engine alone.</summary>
internal sealed class SizesRun
{
    /// <summary>Of each job and batch: milliseconds of a step, and managed bytes.</summary>
    public required Dictionary<string, double[][]> Steps { get; init; }
    /// <summary>Milliseconds to plan each of <see cref="Sizes.Graphs"/>.</summary>
    public required double[] Plans { get; init; }
    /// <summary>Predicts a second by one caller and by two at once, of each job.</summary>
    public required Dictionary<string, double[]> Predicts { get; init; }

    internal static SizesRun Run()
    {
        var (steps, predicts) = (new Dictionary<string, double[][]>(), new Dictionary<string, double[]>());
        foreach (var job in new[] { "mlp", "lenet" })
        {
            using var peer = new PeerProcess("embedded", job, 1);
            steps[job] = Array.ConvertAll(Sizes.Batches, b => peer.Ask($"sized {b}"));
        }
        foreach (var job in new[] { "mlp-b1", "lenet-b1", "resnet50-b1" })
        {
            using var peer = new PeerProcess("embedded", job, 1);
            predicts[job] = [peer.Ask("predict 1")[0], peer.Ask("predict 2")[0]];
        }
        return new() { Steps = steps, Plans = Array.ConvertAll(Sizes.Graphs, Sizes.Plan), Predicts = predicts };
    }

    internal void Write(StringBuilder text)
    {
        text.AppendLine($"Step times over the batch, embedded, one thread (shortest of up to 200, ms), and managed bytes a step:").AppendLine()
            .AppendLine($"| job | {string.Join(" | ", Sizes.Batches.Select(b => $"b{b}"))} | bytes a step |").AppendLine($"|{string.Concat(Enumerable.Repeat("---|", Sizes.Batches.Length + 2))}");
        foreach (var (job, rows) in Steps) text.AppendLine($"| {Job.Find(job).Title} | {string.Join(" | ", rows.Select(r => $"{r[0]:G3}"))} | {rows.Max(r => r[1]):F0} |");
        text.AppendLine().AppendLine("Planning a graph (a product and a tanh in turn, of tiny arrays): the first run without the second, shortest of five.").AppendLine()
            .AppendLine($"| nodes | {string.Join(" | ", Sizes.Graphs)} |").AppendLine($"|{string.Concat(Enumerable.Repeat("---|", Sizes.Graphs.Length + 1))}")
            .AppendLine($"| ms | {string.Join(" | ", Plans.Select(p => $"{p:F1}"))} |").AppendLine($"| µs a node | {string.Join(" | ", Plans.Zip(Sizes.Graphs, (p, n) => $"{1000 * p / n:F1}"))} |")
            .AppendLine().AppendLine("Predicts a second through the public API, one thread a call, by one caller and by two at once on two processors:").AppendLine().AppendLine("| job | one caller | two callers | |").AppendLine("|---|---|---|---|");
        foreach (var (job, rates) in Predicts) text.AppendLine($"| {Job.Find(job).Title} b1 | {rates[0]:F0} | {rates[1]:F0} | {rates[1] / rates[0]:F2} times |");
        text.AppendLine();
    }
}
