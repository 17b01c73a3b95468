using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Zoo.Autograd;

/// <summary>One node of a profiled step, or one group of element-wise nodes that is computed at once.</summary>
/// <param name="Name">The node's name, or that of its op.</param>
/// <param name="Op">TensorFlow's op; <c>pointwise</c> for a group, <c>update</c> for new values of weights.</param>
/// <param name="Start">When it began, from the beginning of the step.</param>
/// <param name="Time">Its time on average.</param>
/// <param name="Best">Its shortest time: what is left where other programs disturb.</param>
/// <param name="Bytes">Bytes that it reads and writes.</param>
/// <param name="Operations">Additions, multiplications and other functions of elements; 0 where they are not known.</param>
public sealed record ProfileEntry(string Name, string Op, TimeSpan Start, TimeSpan Time, TimeSpan Best, long Bytes, double Operations);

/// <summary>Where the time of one step on the embedded engine goes: node by node, with bytes, arithmetic and the share of what the machine can do.</summary>
public sealed class StepProfile
{
    internal StepProfile(IReadOnlyList<ProfileEntry> entries, TimeSpan time, int threads, double matMulRate, double bandwidth, string version) =>
        (Entries, Time, Threads, MatMulRate, Bandwidth, Version) = (entries, time, threads, matMulRate, bandwidth, version);

    /// <summary>The nodes in the order in which they run.</summary>
    public IReadOnlyList<ProfileEntry> Entries { get; }

    /// <summary>The median time of a whole step that is not traced.</summary>
    public TimeSpan Time { get; }

    /// <summary>Threads that a node may use.</summary>
    public int Threads { get; }

    /// <summary>What a product of large float32 matrices reached just now on this machine: operations a second.</summary>
    public double MatMulRate { get; }

    /// <summary>What adding large arrays reached just now: bytes a second.</summary>
    public double Bandwidth { get; }

    /// <summary>The engine's version.</summary>
    public string Version { get; }

    /// <summary>
    /// The part of its time that a node would take if it ran at <see cref="MatMulRate"/> or <see cref="Bandwidth"/>, whichever takes longer: near 1 nothing is left to gain, above 1 its
    /// data lay in caches. 0 for a node that took no time that a clock can tell, such as a view.
    /// </summary>
    public double ShareOfRoof(ProfileEntry entry) => entry.Best == TimeSpan.Zero ? 0 : Math.Max(entry.Operations / MatMulRate, entry.Bytes / Bandwidth) / entry.Best.TotalSeconds;

    /// <summary>A table, one line a node, the slowest first, with the sums by op at the end.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(Line($"a step takes {Time.TotalMilliseconds:F3} ms; {Entries.Count} nodes, {Threads} thread{(Threads == 1 ? "" : "s")}, {Version}; roof: {MatMulRate / 1e9:F0} GFLOP/s, {Bandwidth / 1e9:F1} GB/s"));
        text.AppendLine("      ms  best ms       MB    MFLOP   roof  op and name");
        foreach (var e in Entries.OrderByDescending(e => e.Best)) text.AppendLine(Line($"{e.Time.TotalMilliseconds,8:F3} {e.Best.TotalMilliseconds,8:F3} {e.Bytes / 1e6,8:F2} {e.Operations / 1e6,8:F1} {ShareOfRoof(e),5:P0}  {e.Op} {(e.Name == e.Op ? "" : e.Name)}"));
        text.AppendLine("by op:");
        var all = Entries.Sum(e => e.Best.TotalMilliseconds);
        foreach (var op in Entries.GroupBy(e => e.Op).OrderByDescending(g => g.Sum(e => e.Best.Ticks)))
        {
            var (best, roof) = (op.Sum(e => e.Best.TotalMilliseconds), op.Sum(e => ShareOfRoof(e) * e.Best.TotalMilliseconds));
            text.AppendLine(Line($"{best,8:F3} ms {best / all,5:P0} of the step, {(best > 0 ? roof / best : 0),5:P0} of the roof, {op.Count(),4} x {op.Key}"));
        }
        return text.ToString();

        static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Writes one step as a trace that Chrome (chrome://tracing) and Perfetto show.</summary>
    /// <param name="path">The file, by custom ending in .json.</param>
    public void SaveTrace(string path)
    {
        var events = Entries.Select(e => new Dictionary<string, object>
        {
            ["name"] = e.Name,
            ["cat"] = e.Op,
            ["ph"] = "X",
            ["pid"] = 1,
            ["tid"] = 1,
            ["ts"] = e.Start.TotalMicroseconds,
            ["dur"] = e.Time.TotalMicroseconds,
            ["args"] = new Dictionary<string, object> { ["op"] = e.Op, ["bytes"] = e.Bytes, ["operations"] = e.Operations, ["shareOfRoof"] = ShareOfRoof(e) },
        });
        File.WriteAllText(path, JsonSerializer.Serialize(new Dictionary<string, object> { ["traceEvents"] = events, ["displayTimeUnit"] = "ms" }));
    }
}
