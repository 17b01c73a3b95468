using System.Text;

namespace Zoo.Benchmarks;

/// <summary>All peers on the recurrence with one number of threads, a turn each in every round; no two ever work at once.</summary>
internal sealed class LstmComparison
{
    const int StepsOfATurn = 3;

    /// <summary>Its name in <see cref="LstmJob.Jobs"/>.</summary>
    public string Job { get; init; } = "recurrence";
    public required int Threads { get; init; }
    public required int Rounds { get; init; }
    /// <summary>Milliseconds a step: for each peer those of all rounds.</summary>
    public required Dictionary<string, double[]> Times { get; init; }
    /// <summary>How far the sums lie apart, relative to their size.</summary>
    public required double Difference { get; init; }

    internal static LstmComparison Run(string job, int threads, int rounds)
    {
        var peers = LstmJob.Jobs[job].Select(kind => new PeerProcess(kind, job, threads)).ToArray();
        try
        {
            var sums = Array.ConvertAll(peers, p => p.Ask("loss")[0]);
            foreach (var p in peers) p.Ask("step 5");
            var times = peers.ToDictionary(p => p.Name, _ => new double[rounds]);
            for (var round = 0; round < rounds; round++)
                for (var i = 0; i < peers.Length; i++)
                {
                    var p = peers[(round + i) % peers.Length];
                    times[p.Name][round] = p.Ask($"step {StepsOfATurn}")[0];
                }
            return new() { Job = job, Threads = threads, Rounds = rounds, Times = times, Difference = (sums.Max() - sums.Min()) / Math.Abs(sums[0]) };
        }
        finally
        {
            foreach (var p in peers) p.Dispose();
        }
    }

    string[] Others => LstmJob.Jobs[Job][1..];

    internal Ratio Against(string peer) => Ratio.Of(Times["embedded"], Times[peer]);

    public override string ToString() => $"{(Job == "gru" ? "gru" : "lstm")}, {Threads} threads: {string.Join(", ", LstmJob.Jobs[Job].Select(p => $"{p} {Ratio.Middle(Times[p]):F2} ms"))}; embedded over {string.Join(", ", Others.Select(p => $"{p} {Against(p)}"))}; sums within {Difference:E1}";

    /// <summary>The section of docs/benchmarks.md.</summary>
    internal static string Section(IReadOnlyList<LstmComparison> all, string machine)
    {
        var text = new StringBuilder($"""
            ## An LSTM forward and backward
            Written by `benchmarks -- lstm`: {machine}. LSTM({LstmJob.Units}) over {LstmJob.Steps} steps of {LstmJob.Batch} samples of {LstmJob.Inputs} features: from a given gradient for all results to those for inputs, both kernels and bias.
            Peers: *embedded*, the kernel of `_Lstm`; *body*, the same engine on the op's body, a loop; *tensorflow*, TensorFlow's runtime on the same GraphDef, which holds that body; *onednn*, `mkldnn_rnn_layer` and its backward called straight
            through libtorch's C ABI. Each in a process of its own; {all[0].Rounds} rounds, in each a turn of every peer (one step to warm up, the shortest of {StepsOfATurn} more counts). Ratios as above; below 1: embedded is faster.

            A GRU (Keras', `reset_after`) of the same sizes stands below: libtorch's oneDNN layer is an LSTM alone.

            """);
        foreach (var of in all.GroupBy(c => c.Job))
        {
            var others = of.First().Others;
            text.AppendLine().AppendLine($"| {(of.Key == "gru" ? "GRU" : "LSTM")}, threads | embedded ms | {string.Join(" | ", others.Select(p => $"{p} ms"))} | {string.Join(" | ", others.Select(p => $"embedded / {p}"))} | faster than all |");
            text.AppendLine(string.Concat(Enumerable.Repeat("|---", 3 + 2 * others.Length)) + "|");
            foreach (var c in of)
                text.AppendLine($"| {c.Threads} | {string.Join(" | ", LstmJob.Jobs[c.Job].Select(p => $"{Ratio.Middle(c.Times[p]):F2}"))} | {string.Join(" | ", others.Select(p => $"{c.Against(p)}"))} | {(others.All(p => c.Against(p).High < 1) ? "met" : "**missed**")} |");
        }
        return text.AppendLine().AppendLine($"The peers' last results add up to sums within {all.Max(c => c.Difference):E1} of each other.").ToString();
    }
}
