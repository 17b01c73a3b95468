using System.Diagnostics;
using Zoo.Benchmarks.Jobs;

namespace Zoo.Benchmarks;

/// <summary>
/// What it costs on TensorFlow that every assignment waits for one NoOp behind everything that can fail: the same graph with and without these
/// control edges, in turn. Ratios are of whole blocks, each beside its pair.
/// </summary>
internal static class BarrierCost
{
    const int Block = 10;

    internal static void Run(string job, int threads, int rounds)
    {
        var (what, files) = (Job.Find(job), JobFiles.Write(Job.Find(job), Directory.CreateTempSubdirectory("barrier").FullName));
        IPeer with = new TensorFlowPeer(what, files, what.Batch, threads, fused: false), without = new TensorFlowPeer(what, files, what.Batch, threads, fused: false, barrier: false);
        Directory.Delete(files.Folder, recursive: true);
        for (var i = 0; i < 30; i++)
        {
            var (a, b) = (with.Step(), without.Step());
            if (Math.Abs(a - b) > 1e-3) throw new InvalidOperationException($"barrier: the losses differ: {a} and {b}.");
        }
        var (wall, cpu) = (new double[rounds], new double[rounds]);
        var (fast, slow) = (double.MaxValue, double.MaxValue);
        for (var r = 0; r < rounds; r++)
        {
            var (a, b) = r % 2 == 0 ? (Time(with), Time(without)) : Swap(Time(without), Time(with));
            (wall[r], cpu[r]) = (a.Wall / b.Wall, a.Cpu / b.Cpu);
            (fast, slow) = (Math.Min(fast, b.Wall), Math.Min(slow, a.Wall));
        }
        Array.Sort(wall);
        Array.Sort(cpu);
        Console.WriteLine($"{job}, b128, {threads} threads, {rounds} rounds of {Block} steps: with/without the barrier: wall {Middle(wall)}, processor time {Middle(cpu)}, fastest block {slow / Block:F3} against {fast / Block:F3} ms a step");
    }

    static ((double Wall, double Cpu), (double Wall, double Cpu)) Swap((double, double) a, (double, double) b) => (b, a);

    static (double Wall, double Cpu) Time(IPeer peer)
    {
        using var process = Process.GetCurrentProcess();
        var (start, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        for (var i = 0; i < Block; i++) peer.Step();
        process.Refresh();
        return (Stopwatch.GetElapsedTime(start).TotalMilliseconds, (process.TotalProcessorTime - cpu).TotalMilliseconds);
    }

    /// <summary>The median, with the order statistics that hold it in 95 of 100 cases.</summary>
    static string Middle(double[] sorted)
    {
        var off = (int)(0.98 * Math.Sqrt(sorted.Length));
        var at = sorted.Length / 2;
        return $"{sorted[at]:F3} [{sorted[Math.Max(0, at - off)]:F3}, {sorted[Math.Min(sorted.Length - 1, at + off)]:F3}]";
    }
}
