using System.Text;

namespace Zoo.Benchmarks;

/// <summary>All peers on the recurrence with one number of threads, a turn each in every round; no two ever work at once.</summary>
internal sealed class LstmComparison
{
    const int StepsOfATurn = 3;

    public required int Threads { get; init; }
    public required int Rounds { get; init; }
    /// <summary>Milliseconds a step: for each peer those of all rounds.</summary>
    public required Dictionary<string, double[]> Times { get; init; }
    /// <summary>How far the sums lie apart, relative to their size.</summary>
    public required double Difference { get; init; }

    internal static LstmComparison Run(int threads, int rounds)
    {
        var peers = LstmJob.Peers.Select(kind => new PeerProcess(kind, LstmName, threads)).ToArray();
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
            return new() { Threads = threads, Rounds = rounds, Times = times, Difference = (sums.Max() - sums.Min()) / Math.Abs(sums[0]) };
        }
        finally
        {
            foreach (var p in peers) p.Dispose();
        }
    }

    /// <summary>The job's name among those of peers.</summary>
    internal const string LstmName = "recurrence";

    internal Ratio Against(string peer) => Ratio.Of(Times["embedded"], Times[peer]);

    public override string ToString() => $"lstm, {Threads} threads: {string.Join(", ", LstmJob.Peers.Select(p => $"{p} {Ratio.Middle(Times[p]):F2} ms"))}; embedded over {string.Join(", ", LstmJob.Peers[1..].Select(p => $"{p} {Against(p)}"))}; sums within {Difference:E1}";

    /// <summary>The section of docs/benchmarks.md.</summary>
    internal static string Section(IReadOnlyList<LstmComparison> all, string machine)
    {
        var text = new StringBuilder($"""
            ## An LSTM forward and backward
            Written by `benchmarks -- lstm`: {machine}. LSTM({LstmJob.Units}) over {LstmJob.Steps} steps of {LstmJob.Batch} samples of {LstmJob.Inputs} features: from a given gradient for all results to those for inputs, both kernels and bias.
            Peers: *embedded*, the kernel of `_Lstm`; *body*, the same engine on the op's body, a loop; *tensorflow*, TensorFlow's runtime on the same GraphDef, which holds that body; *onednn*, `mkldnn_rnn_layer` and its backward called straight
            through libtorch's C ABI. Each in a process of its own; {all[0].Rounds} rounds, in each a turn of every peer (one step to warm up, the shortest of {StepsOfATurn} more counts). Ratios as above; below 1: embedded is faster.

            | threads | embedded ms | body ms | tensorflow ms | onednn ms | embedded / body | embedded / tensorflow | embedded / onednn | faster than all three |
            |---|---|---|---|---|---|---|---|---|

            """);
        foreach (var c in all)
            text.AppendLine($"| {c.Threads} | {string.Join(" | ", LstmJob.Peers.Select(p => $"{Ratio.Middle(c.Times[p]):F2}"))} | {string.Join(" | ", LstmJob.Peers[1..].Select(p => $"{c.Against(p)}"))} | {(LstmJob.Peers[1..].All(p => c.Against(p).High < 1) ? "met" : "**missed**")} |");
        return text.AppendLine().AppendLine($"The peers' last results add up to sums within {all.Max(c => c.Difference):E1} of each other.").ToString();
    }
}
