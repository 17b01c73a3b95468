using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Zoo.Spark.Collective;
using Zoo.Spark.Worker;

namespace Zoo.Benchmarks.Cluster;

/// <summary>What was measured of an all-reduce of so many bytes by N processes, in seconds, in turns: itself, plain sockets with the same bytes, adding a slice, and a barrier; each time of the slowest process.</summary>
internal sealed record Reduced(int Workers, int Bytes, double[] Times, double[][] Parts, double[] Plains, double[] Adds, double[] Barriers)
{
    /// <summary>Where the time of one goes.</summary>
    internal static readonly string[] PartNames = ["send", "receive", "checksum", "add"];

    internal double Time => Ratio.Middle(Times);

    internal double Barrier => Ratio.Middle(Barriers);

    internal double Add => Ratio.Middle(Adds);

    internal double Plain => Ratio.Middle(Plains);

    /// <summary>Bytes a second that a worker sends, and receives at the same time, by plain sockets.</summary>
    internal double Bandwidth => BandwidthOf(Plain, Barrier);

    /// <summary>performance.md §3, slice owner with parallel connections, of each round: two latencies, the bytes at this bandwidth, adding up N - 1 slices.</summary>
    internal double[] Formulas => [.. Enumerable.Range(0, Times.Length).Select(i => 2 * Barriers[i] + 2.0 * Bytes * (Workers - 1) / (Workers * BandwidthOf(Plains[i], Barriers[i])) + (Workers - 1) * Adds[i])];

    internal Ratio OfFormula => Ratio.Of(Times, Formulas);

    double BandwidthOf(double plain, double barrier) => 2.0 * Bytes * (Workers - 1) / Workers / (plain - 2 * barrier > plain / 4 ? plain - 2 * barrier : plain);
}

/// <summary>All-reduce by processes of this machine over loopback, beside the formula with constants measured in the same run.</summary>
internal static class AllReduceBench
{
    static readonly int[] sizes = [64 << 10, 256 << 10, 1 << 20, 4 << 20, 10 << 20, 100 << 20];
    static readonly Dictionary<int, double> gloo = new() { [64 << 10] = 0.45, [1 << 20] = 0.94, [10 << 20] = 7.3, [100 << 20] = 91 };   // ms, 2 processes, performance.md §6

    internal static void Run(int[] workers, int rounds)
    {
        var all = workers.SelectMany(n => Measure(n, sizes, rounds)).ToArray();
        var text = new StringBuilder("""
            ## All-reduce
            Written by `dotnet run -c Release --project benchmarks -- allreduce`. N processes over loopback, float32. *Formula*: performance.md's cost of slice ownership, 2a + 2P(N-1)/(N B) + (N-1) g P/N, with everything
            measured in the same run by the same processes, all at once and in turns: a by a barrier, B by plain sockets that carry the same bytes in the same pattern with nothing around them, g by adding a slice. More processes than cores
            share these in both, so the constants hold for each N apart; where N is a multiple of the cores each process keeps to one, as workers do. Ratio: the median of the rounds' ratios with its 95 % interval; goal: at most 1.3 from 1 MB up.
            *gloo*: PyTorch's figures for 2 processes on another machine of this class, on paper.

            | N | bytes | all-reduce ms | formula ms | ratio | | plain sockets ms | B, GB/s | barrier µs | gloo ms |
            |---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var r in all)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Workers} | {r.Bytes >> 10} KB | {r.Time * 1e3:F2} | {Ratio.Middle(r.Formulas) * 1e3:F2} | {r.OfFormula} | {(r.Bytes < 1 << 20 ? "" : r.OfFormula.Median <= 1.3 ? "met" : "**missed**")} | {r.Plain * 1e3:F2} | {r.Bandwidth / 1e9:F2} | {r.Barrier * 1e6:F0} | {(r.Workers == 2 && gloo.TryGetValue(r.Bytes, out var theirs) ? $"{theirs:0.##}" : "")} |");
        text.AppendLine().AppendLine("Where it goes, in ms, medians, of the slowest process: *send* and *receive* are calls of the socket (copying to and from the kernel, and within a message waiting for what is not there yet), *checksum* is copying into frames and CRC32C on both sides, *add* the sum.").AppendLine()
            .AppendLine($"| N | bytes | all-reduce | {string.Join(" | ", Reduced.PartNames)} |").AppendLine($"|---|---|---|{string.Concat(Reduced.PartNames.Select(_ => "---|"))}");
        foreach (var r in all.Where(r => r.Bytes >= 1 << 20))
            text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Workers} | {r.Bytes >> 10} KB | {r.Time * 1e3:F2} | {string.Join(" | ", r.Parts.Select(p => (Ratio.Middle(p) * 1e3).ToString("F2", CultureInfo.InvariantCulture)))} |");
        using (Group two = new(2, signed: false), signed = new(2, signed: true))
        {
            var turns = Enumerable.Range(0, rounds).Select(_ => (Two: two.Turns("reduce,brain", 10 << 20, 1), Signed: signed.Turns("reduce", 10 << 20, 1)[0][0])).ToArray();
            var (plain, halved, mac) = (turns.Select(t => t.Two[0][0]).ToArray(), turns.Select(t => t.Two[1][0]).ToArray(), turns.Select(t => t.Signed).ToArray());
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"2 processes, 10 MB: {Ratio.Middle(plain) * 1e3:F2} ms; as bfloat16 {Ratio.Of(halved, plain)} times that; with a MAC on every frame {Ratio.Of(mac, plain)} times, which is {(Ratio.Middle(mac) - Ratio.Middle(plain)) / ((10 << 20) / Frame.Most) * 1e6:F0} µs more for each frame of {Frame.Most >> 10} KB (each process sends {(10 << 20) / Frame.Most} and receives as many).");
        }
        Sections.Put(text.ToString());
    }

    internal static Reduced[] Measure(int workers, int[] sizes, int rounds)
    {
        using Group group = new(workers, signed: false);
        return [.. sizes.Select(bytes =>
        {
            var one = group.Measure(bytes, Math.Max(5, Math.Min(rounds, (int)(rounds * (10L << 20) / bytes))));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workers} processes, {bytes >> 10} KB: {one.Time * 1e3:F2} ms, over the formula {one.OfFormula}"));
            return one;
        })];
    }

    /// <summary>Processes that do the same at once.</summary>
    internal sealed class Group : IDisposable
    {
        readonly Process[] processes;

        internal Group(int size, bool signed)
        {
            var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            processes = [.. Enumerable.Range(0, size).Select(rank => Share.Start(new(Environment.ProcessPath!, ["allreduce-peer", secret, $"{rank}", $"{size}", signed ? "1" : "0"]) { RedirectStandardInput = true, RedirectStandardOutput = true }, rank, size)!)];
            var addresses = string.Join(' ', processes.Select(Line));
            foreach (var process in processes) Say(process, addresses);
            for (var turn = 0; turn < 3; turn++)
            {
                Turns("reduce,brain,plain,adding,barrier", 1 << 20, 40);
                Thread.Sleep(200);   // what has run often is compiled anew meanwhile
            }
        }

        internal Reduced Measure(int bytes, int rounds) => Turns($"reduce,{string.Join(',', Reduced.PartNames)},plain,adding,barrier", bytes, rounds) is [var times, .. var parts, var plains, var adds, var barriers] ? new(processes.Length, bytes, times, parts, plains, adds, barriers) : throw new InvalidOperationException("benchmarks: series are missing.");

        /// <summary>Seconds of each act in each round, of the slowest process; acts in turns.</summary>
        internal double[][] Turns(string acts, int bytes, int rounds)
        {
            foreach (var process in processes) Say(process, $"{acts} {bytes} {rounds}");
            var all = processes.Select(p => Line(p).Split(';').Select(t => t.Split(' ').Select(x => double.Parse(x, CultureInfo.InvariantCulture) / 1e6).ToArray()).ToArray()).ToArray();
            return [.. all[0].Select((series, act) => series.Select((_, round) => all.Max(times => times[act][round])).ToArray())];
        }

        static void Say(Process to, string line)
        {
            to.StandardInput.WriteLine(line);
            to.StandardInput.Flush();
        }

        static string Line(Process from) => from.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"benchmarks: a process of the all-reduce ended with code {(from.WaitForExit(1000) ? from.ExitCode : -1)}.");

        public void Dispose()
        {
            foreach (var process in processes)
            {
                process.StandardInput.Close();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
