using System.Globalization;
using System.Text;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks.Jobs;

/// <summary>Where the time of a job's step goes, by op: what the profile of the public API says, taken together.</summary>
internal sealed class Parts
{
    /// <summary>Ops below this part of a step are taken together.</summary>
    const double Least = 0.02;

    public required string Job { get; init; }
    /// <summary>Milliseconds of the nodes' shortest times.</summary>
    public required double Sum { get; init; }
    /// <summary>Of each op: how many nodes, the part of the sum, and the part of that time that its arithmetic or its bytes need at the machine's rates.</summary>
    public required Dictionary<string, double[]> Ops { get; init; }
    /// <summary>Operations and bytes a second that count as the roof.</summary>
    public required double[] Roof { get; init; }

    internal static Parts[] Run(IEnumerable<Job> jobs)
    {
        TorchThreads.Count = 1;
        return [.. jobs.Select(job =>
        {
            var profile = new EmbeddedPeer(job, job.Batch).Profile(job.IsLarge ? 5 : 50);
            var sum = profile.Entries.Sum(e => e.Best.TotalMilliseconds);
            return new Parts
            {
                Job = job.Name,
                Sum = sum,
                Roof = [profile.MatMulRate, profile.Bandwidth],
                Ops = profile.Entries.GroupBy(e => e.Op).OrderByDescending(g => g.Sum(e => e.Best.Ticks)).ToDictionary(g => g.Key, g =>
                {
                    var best = g.Sum(e => e.Best.TotalMilliseconds);
                    return (double[])[g.Count(), best / sum, best > 0 ? g.Sum(e => profile.ShareOfRoof(e) * e.Best.TotalMilliseconds) / best : 0];
                }),
            };
        })];
    }

    internal static void Write(Parts[] all, StringBuilder text)
    {
        text.AppendLine($"Where the time goes, one thread, by `model.Profile()`: the part of the step's time that an op's nodes take, and in brackets how much of that their arithmetic or their bytes need at the roof of the run (GFLOP/s of a large product, GB/s of adding arrays that fit into no cache; above 100%: data in caches, or a convolution above the product's rate). Ops below {Least * 100:F0} % are taken together.")
            .AppendLine().AppendLine("| job | ms | roof | ops |").AppendLine("|---|---|---|---|");
        foreach (var p in all)
        {
            var (large, small) = (p.Ops.Where(o => o.Value[1] >= Least).ToArray(), p.Ops.Where(o => o.Value[1] < Least).ToArray());
            var ops = large.Select(o => Line($"{o.Value[0]} x {o.Key} {o.Value[1]:P0} ({o.Value[2]:P0})"));
            if (small.Length > 0) ops = ops.Append(Line($"{small.Sum(o => o.Value[0])} others {small.Sum(o => o.Value[1]):P0}"));
            text.AppendLine(Line($"| {JobsPage.Name(p.Job)} | {p.Sum:G4} | {p.Roof[0] / 1e9:F0}, {p.Roof[1] / 1e9:F1} | {string.Join(", ", ops)} |"));
        }
        text.AppendLine();
    }

    static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture).Replace(" %", "%", StringComparison.Ordinal);
}
