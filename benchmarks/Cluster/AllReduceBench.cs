using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Zoo.Benchmarks.Cluster;

/// <summary>What was measured of an all-reduce of so many bytes by N processes, in seconds: itself, plain sockets with the same bytes, adding a slice, and a barrier.</summary>
internal sealed record Reduced(int Workers, int Bytes, double Time, double Plain, double Add, double Barrier)
{
    /// <summary>Bytes a second that a worker sends, and receives at the same time, by plain sockets.</summary>
    internal double Bandwidth => 2.0 * Bytes * (Workers - 1) / Workers / (Plain - 2 * Barrier > Plain / 4 ? Plain - 2 * Barrier : Plain);

    /// <summary>performance.md §3, slice owner with parallel connections: two latencies, the bytes at this bandwidth, adding up N - 1 slices.</summary>
    internal double Formula => 2 * Barrier + 2.0 * Bytes * (Workers - 1) / (Workers * Bandwidth) + (Workers - 1) * Add;

    internal double Ratio => Time / Formula;
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
            measured in the same run by the same processes, all at once: a by a barrier, B by plain sockets that carry the same bytes in the same pattern with nothing around them, g by adding a slice. Goal: at most 1.3 from 1 MB up.
            *gloo*: PyTorch's figures for 2 processes on another machine of this class, on paper.

            | N | bytes | all-reduce ms | formula ms | ratio | | plain sockets ms | B, GB/s | barrier µs | gloo ms |
            |---|---|---|---|---|---|---|---|---|---|

            """);
        foreach (var r in all)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {r.Workers} | {r.Bytes >> 10} KB | {r.Time * 1e3:F2} | {r.Formula * 1e3:F2} | {r.Ratio:F2} | {(r.Bytes < 1 << 20 ? "" : r.Ratio <= 1.3 ? "met" : "**missed**")} | {r.Plain * 1e3:F2} | {r.Bandwidth / 1e9:F2} | {r.Barrier * 1e6:F0} | {(r.Workers == 2 && gloo.TryGetValue(r.Bytes, out var theirs) ? $"{theirs:0.##}" : "")} |");
        using (Group two = new(2, signed: false))
        using (Group signed = new(2, signed: true))
        {
            var (plain, halved, mac) = (two.Median("reduce", 10 << 20, rounds), two.Median("brain", 10 << 20, rounds), signed.Median("reduce", 10 << 20, rounds));
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"2 processes, 10 MB: as bfloat16 {halved * 1e3:F2} ms against {plain * 1e3:F2} ms, with a MAC on every frame {mac * 1e3:F2} ms ({mac / plain:F2} times).");
        }
        Sections.Put(text.ToString());
    }

    internal static Reduced[] Measure(int workers, int[] sizes, int rounds)
    {
        using Group group = new(workers, signed: false);
        var barrier = group.Median("barrier", 0, 10 * rounds);
        return [.. sizes.Select(bytes =>
        {
            var turns = Math.Max(5, Math.Min(rounds, (int)(rounds * (10L << 20) / bytes)));
            Reduced one = new(workers, bytes, group.Median("reduce", bytes, turns), group.Median("plain", bytes, turns), group.Median("add", bytes, turns), barrier);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workers} processes, {bytes >> 10} KB: {one.Time * 1e3:F2} ms, formula {one.Formula * 1e3:F2}, ratio {one.Ratio:F2}"));
            return one;
        })];
    }

    /// <summary>Processes that do the same at once.</summary>
    sealed class Group : IDisposable
    {
        readonly Process[] processes;

        internal Group(int size, bool signed)
        {
            var secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            processes = [.. Enumerable.Range(0, size).Select(rank => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["allreduce-peer", secret, $"{rank}", $"{size}", signed ? "1" : "0"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!)];
            var addresses = string.Join(' ', processes.Select(Line));
            foreach (var process in processes) Say(process, addresses);
        }

        /// <summary>Seconds: the slowest worker's median.</summary>
        internal double Median(string what, int bytes, int rounds)
        {
            foreach (var process in processes) Say(process, $"{what} {bytes} {rounds}");
            return processes.Select(p => double.Parse(Line(p), CultureInfo.InvariantCulture)).ToArray().Max() / 1e6;
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
