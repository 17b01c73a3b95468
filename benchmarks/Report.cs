using System.Runtime.InteropServices;
using System.Text;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>docs/benchmarks.md: what was measured, on what, and whether the goals are met.</summary>
internal sealed class Report(Comparison[] comparisons, Report.Alone alone, string load, string profile, string notes)
{
    /// <summary>The figures of the runs of one process alone.</summary>
    internal sealed record Alone(double[] Starts, double[] Soak, int SoakSteps, double[] Bits);

    internal string Write()
    {
        var text = new StringBuilder($"""
            # Benchmarks
            Written by `dotnet run -c Release --project benchmarks -- all` (TensorFlow's library in the folder `ZOO_TENSORFLOW`). A table of one step's parts: `benchmarks -- profile lenet`.

            - machine: {Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription.Split(' ')[0]}, {Vectors()}; load of other programs: {load}
            - {RuntimeInformation.FrameworkDescription}, {TorchLoader.Version}, {TensorFlowLoader.Version} with oneDNN; {DateTime.UtcNow:yyyy-MM-dd}
            - jobs: MLP 784-512-512-10 and LeNet (5x5x20, pool, 5x5x50, pool, 500 ReLU, 10), batch 128, one training step with Adam
            - peers: *embedded*, this project's engine; *aten-mallopt*, the ops that PyTorch's modules call, one by one through libtorch's dispatcher and its own autograd, with the same allocator settings; *tensorflow*, TensorFlow's C runtime on
              the same GraphDef; *tensorflow-adam*, the same with TensorFlow's fused `ResourceApplyAdam`. Each in a process of its own; {comparisons[0].Times["embedded"].Length} rounds, in each a turn of every peer (one step to warm up, the
              shorter of two more counts); no two work at once. Ratios: the median of the rounds' ratios, in brackets its 95 % interval by bootstrap. Below 1: embedded is faster.

            ## Steps

            | job | threads | embedded ms | aten-mallopt ms | tensorflow ms | tensorflow-adam ms | embedded / aten-mallopt | embedded / best tensorflow | mm GFLOP/s |
            |---|---|---|---|---|---|---|---|---|

            """);
        foreach (var c in comparisons)
            text.AppendLine($"| {c.Job} | {c.Threads} | {c.Median("embedded"):F2} | {c.Median(Comparison.Tuned):F2} | {c.Median("tensorflow"):F2} | {c.Median("tensorflow-adam"):F2} | {c.Against(Comparison.Tuned)} | {c.Against(c.BestTensorFlow)} | {c.MatMul:F0} |");
        text.AppendLine().AppendLine("## Are the peers sound?").AppendLine("A step against the row of PyTorch eager (aten-mallopt) and Keras on TensorFlow in performance.md, two threads, each relative to the rate of a large matrix product; more than a tenth slower is the peer's fault.").AppendLine()
            .AppendLine("| job | peer | times as long | |").AppendLine("|---|---|---|---|");
        foreach (var c in comparisons.Where(c => c.Threads == 2))
            foreach (var peer in new[] { Comparison.Tuned, c.BestTensorFlow })
                text.AppendLine($"| {c.Job} | {peer} | {c.Slowness(peer):F2} | {(c.AtFault(peer) ? "peer at fault" : "sound")} |");
        text.AppendLine().AppendLine("## Goals").AppendLine().AppendLine("| goal | measured | |").AppendLine("|---|---|---|");
        var faulty = comparisons.Where(c => c.Threads == 2 && c.AtFault(Comparison.Tuned)).Select(c => c.Job).ToHashSet();
        foreach (var c in comparisons)
        {
            Goal($"{c.Job}, {Threads(c.Threads)}: not slower than TensorFlow", $"{c.Against(c.BestTensorFlow)}", c.Against(c.BestTensorFlow).Low <= 1);
            Goal($"{c.Job}, {Threads(c.Threads)}: at most 5 % over aten-mallopt{(faulty.Contains(c.Job) ? " (a peer at fault: it does not count)" : "")}", $"{c.Against(Comparison.Tuned)}", c.Against(Comparison.Tuned).Low <= 1.05);
            var alternating = Ratio.Of(c.Alternating, c.Apart);
            Goal($"{c.Job}, {Threads(c.Threads)}: batches of 128 and 96 in turns at most 5 % slower than apart", $"{alternating}", alternating.Low <= 1.05);
        }
        Goal("start of the process to the end of the first LeNet step below 1.5 s", $"{Ratio.Middle(alone.Starts) / 1000:F2} s (median of {alone.Starts.Length})", Ratio.Middle(alone.Starts) < 1500);
        Goal($"{alone.SoakSteps} LeNet steps: resident memory grows by less than 1 KB a step", $"{alone.Soak[0]:F3} KB", alone.Soak[0] < 1);
        Goal("full collections in 1,000 steps: 0", $"{alone.Soak[1]:F2} ({alone.Soak[2]:F1} managed bytes a step)", alone.Soak[1] == 0);
        Goal("equal bits of all weights in two runs of 200 LeNet steps", alone.Bits.Distinct().Count() == 1 ? "equal" : "different", alone.Bits.Distinct().Count() == 1);
        Goal("the peers train alike: losses of the tenth step differ by less than 1e-3", $"{comparisons.Max(c => c.LossDifference):E1}", comparisons.Max(c => c.LossDifference) < 1e-3);
        text.AppendLine().AppendLine("A goal counts as met when the interval reaches it. Where it is missed, the profiles show where the time goes and the notes at the end what was tried.").AppendLine().AppendLine("## Profiles")
            .AppendLine("Mean and shortest time of each step of the plan, bytes touched, kind, name; views and steps below 5 µs are left out.").AppendLine(profile);
        return text.AppendLine().Append(notes).ToString();

        void Goal(string goal, string measured, bool met) => text.AppendLine($"| {goal} | {measured} | {(met ? "met" : "**missed**")} |");
        static string Threads(int n) => n == 1 ? "1 thread" : $"{n} threads";
    }

    /// <summary>A report with a section in the place of its old one, which has the same heading, or before the profiles.</summary>
    internal static string Into(string report, string section)
    {
        var old = report.IndexOf("\n" + section[..(section.IndexOf('\n') + 1)], StringComparison.Ordinal);
        if (old >= 0)
        {
            var end = report.IndexOf("\n## ", old + 1, StringComparison.Ordinal);
            report = report[..(old + 1)] + (end < 0 ? "" : report[(end + 1)..]);
        }
        var at = report.IndexOf("\n## Profiles", StringComparison.Ordinal) is >= 0 and var place ? place + 1 : report.Length;
        return report[..at] + section + "\n" + report[at..];
    }

    /// <summary>The machine and what runs on it, in a line.</summary>
    internal static string Versions(string load) => $"{Processor()}, {Environment.ProcessorCount} processors, {Vectors()}; load of other programs: {load}; {RuntimeInformation.FrameworkDescription}, {TorchLoader.Version}, {TensorFlowLoader.Version} with oneDNN; {DateTime.UtcNow:yyyy-MM-dd}";

    static string Vectors() => File.Exists("/proc/cpuinfo") && File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal)) is { } flags
        ? flags.Contains("avx512f", StringComparison.Ordinal) ? "AVX-512" : flags.Contains("avx2", StringComparison.Ordinal) ? "AVX2" : "no AVX2" : RuntimeInformation.ProcessArchitecture.ToString();

    static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim() : RuntimeInformation.ProcessArchitecture.ToString();
}
