using System.Globalization;
using System.Text;

namespace Zoo.Benchmarks.Jobs;

/// <summary>The sections of docs/benchmarks.md about the jobs, and its last lines.</summary>
internal sealed class JobsPage(IReadOnlyList<Comparison> all, Parts[]? parts, SizesRun? sizes)
{
    const string Heading = "## Jobs", Last = "## Geometric means";
    const string TensorFlow = "TensorFlow", Aten = "ATen calls", Tuned = "ATen calls with mallopt";
    static readonly string[] against = [TensorFlow, Aten, Tuned];

    readonly Comparison[] training = [.. all.Where(c => Job.Find(c.Job).Trains)], inference = [.. all.Where(c => !Job.Find(c.Job).Trains)];

    /// <summary>The page with these sections in the place of older ones; the geometric means are its end.</summary>
    internal string Into(string report, string machine)
    {
        var end = report.IndexOf("\n" + Last, StringComparison.Ordinal);
        report = Report.Into(end < 0 ? report : report[..(end + 1)], Section(machine));
        return report.TrimEnd() + "\n\n" + Means();
    }

    /// <summary>Another report with the sections and the end of the page before it.</summary>
    internal static string Carried(string before, string report)
    {
        if (before.IndexOf("\n" + Heading, StringComparison.Ordinal) is >= 0 and var from) report = Report.Into(report, before[(from + 1)..(before.IndexOf("\n## ", from + 1, StringComparison.Ordinal) + 1)]);
        return before.IndexOf("\n" + Last, StringComparison.Ordinal) is >= 0 and var end ? report.TrimEnd() + "\n" + before[end..] : report;
    }

    string Section(string machine)
    {
        var text = new StringBuilder($"""
            {Heading}
            Written by `dotnet run -c Release --project benchmarks -- jobs`: {machine}; ONNX Runtime {Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}.
            The jobs are models of the public API (`benchmarks/Jobs/Nets.cs`), trained by Adam, with data and weights made by formulas; no dropout, so that all compute the same. Peers: *embedded*, this project's engine; *tensorflow*,
            TensorFlow's runtime on the same GraphDef, and *tensorflow-adam* with its fused `ResourceApplyAdam` (for inference weights are constants there); *aten*, the ops that PyTorch's modules call, one by one through libtorch's dispatcher
            and its own autograd, pictures channels last, with `_fused_adam_`, the C library's default allocator and OpenMP's default waiting; *aten-mallopt*, the same with our engine's settings of the allocator; *onnxruntime* on the file of `SaveOnnx`. Each in a
            process of its own, all begin with the same weights; {string.Join(", ", all.GroupBy(c => c.Times["embedded"].Length).Select(g => $"{g.Key} rounds ({string.Join(", ", g.Select(c => c.Job).Distinct())})"))}, in each a turn of every peer (a step to warm up, then the shortest of 2,
            of large nets a single step, of those below a millisecond the shortest of 20). Gains: the peer's time over embedded's, the median of the rounds' ratios with its 95 % interval by bootstrap; above 1: embedded is faster. A peer that is more than 10 % slower than
            its row in performance.md (PyTorch eager, Keras on TensorFlow), relative to the rate of a large matrix product ({Job.AnchorRate} GFLOP/s there), is at fault (†) and does not count.


            """);
        Table(text, training, ["tensorflow", "tensorflow-adam", "aten", "aten-mallopt"]);
        Table(text, inference, ["tensorflow", "aten", "aten-mallopt", "onnxruntime"]);
        Goals(text);
        if (parts is not null) Parts.Write(parts, text);
        sizes?.Write(text);
        return text.ToString();
    }

    static void Table(StringBuilder text, Comparison[] rows, string[] peers)
    {
        if (rows.Length == 0) return;
        var onnx = peers.Contains("onnxruntime");
        string[] columns = ["job", "threads", "embedded ms", .. peers.Select(p => p + " ms"), "gain on best TensorFlow", "gain on aten", "gain on aten-mallopt", .. onnx ? new[] { "gain on ONNX Runtime" } : [], "share of mm", "share of conv", "memory MB", "results within"];
        text.AppendLine($"| {string.Join(" | ", columns)} |").AppendLine($"|{string.Concat(Enumerable.Repeat("---|", columns.Length))}");
        foreach (var c in rows)
        {
            string Time(string peer) => $"{c.Median(peer):G4}{(c.AtFault(peer) ? " †" : "")}";
            string[] gains = [$"{c.Gain(c.BestTensorFlow)}", $"{c.Gain(Comparison.Aten)}", $"{c.Gain(Comparison.Tuned)}", .. onnx ? new[] { $"{c.Gain("onnxruntime")}" } : []];
            var seconds = c.Median("embedded") / 1000;
            text.AppendLine(Line($"| {Name(c)} | {c.Threads} | {Time("embedded")} | {string.Join(" | ", peers.Select(Time))} | {string.Join(" | ", gains)} | {c.Arithmetic / seconds / c.MatMul:P0} of {c.MatMul:F0} | {c.Arithmetic / seconds / c.Convolution:P0} of {c.Convolution:F0} | {c.Memory["embedded"]:F0}, TensorFlow {c.Memory["tensorflow"]:F0}, aten {c.Memory[Comparison.Aten]:F0} | {c.FirstDifference:E0}, later {c.LossDifference:E0} |"));
        }
        text.AppendLine();
    }

    void Goals(StringBuilder text)
    {
        text.AppendLine("Shares: GFLOP of a step's products and convolutions over its time, over what a product of 1024 x 1024 matrices and a 3x3 convolution of 256 channels reached in the same run. Memory: the largest resident size over the first steps, counted from when weights are loaded. A goal counts as met when the interval reaches it.")
            .AppendLine().AppendLine("| goal | measured | |").AppendLine("|---|---|---|");
        foreach (var (peer, goal) in against.Zip((double[])[1.5, 1.3, 1.1]))
            if (Mean(peer) is > 0 and var mean) Goal($"geometric mean of the training jobs' gains on {peer} at least {goal}", $"{mean:F2}", mean >= goal);
        foreach (var c in training.Where(c => !c.AtFault(c.BestTensorFlow))) Goal($"{Name(c)}, {c.Threads} threads: at least 1.1 times as fast as TensorFlow", $"{c.Gain(c.BestTensorFlow)}", c.Gain(c.BestTensorFlow).High >= 1.1);
        foreach (var c in training.Where(c => c.Job == "lstm"))
            foreach (var peer in against.Where(p => !c.AtFault(Peer(c, p)))) Goal($"{Name(c)}, {c.Threads} threads: at least 1.5 times as fast as {peer}", $"{c.Gain(Peer(c, peer))}", c.Gain(Peer(c, peer)).High >= 1.5);
        foreach (var c in inference.Where(c => c.Job.StartsWith("resnet50", StringComparison.Ordinal))) Goal($"{Name(c)}, {c.Threads} threads: at least 0.95 times as fast as ONNX Runtime", $"{c.Gain("onnxruntime")}", c.Gain("onnxruntime").High >= 0.95);
        foreach (var (job, limit) in new[] { ("mlp-b1", 0.1), ("lenet-b1", 0.25), ("ncf-b1", 0.1) })
            foreach (var c in inference.Where(c => c.Job == job)) Goal($"{Name(c)}, {c.Threads} threads: below {limit} ms", $"{c.Median("embedded"):F3} ms", c.Median("embedded") < limit);
        foreach (var c in training.Where(c => c.Job is "resnet50" or "transformer"))
        {
            var rate = Math.Max(c.MatMul, c.Job == "resnet50" ? c.Convolution : 0);
            var share = c.Arithmetic / c.Median("embedded") * 1000 / rate;
            Goal($"{Name(c)}, {c.Threads} threads: at least 75 % of the measured roof", Line($"{share:P0} of {rate:F0} GFLOP/s"), share >= 0.75);
            if (c.Job == "resnet50") Goal($"{Name(c)}, {c.Threads} threads: no more memory than TensorFlow", $"{c.Memory["embedded"]:F0} MB, TensorFlow {c.Memory["tensorflow"]:F0} MB", c.Memory["embedded"] <= c.Memory["tensorflow"]);
        }
        foreach (var c in all) if (c.FirstDifference > 1e-3) Goal($"{Name(c)}: all peers compute the same", $"{c.FirstDifference:E1}", false);
        text.AppendLine();

        void Goal(string goal, string measured, bool met) => text.AppendLine($"| {goal.Replace("1 threads", "1 thread")} | {measured} | {(met ? "met" : "**missed**")} |");
    }

    /// <summary>The last lines: the geometric means over the training jobs and numbers of threads, without peers at fault.</summary>
    string Means()
    {
        var text = new StringBuilder($"{Last}\nOver {string.Join(", ", training.GroupBy(c => c.Threads).Select(g => $"{string.Join(", ", g.Select(c => Job.Find(c.Job).Title))} with {g.Key} thread{(g.Key == 1 ? "" : "s")}"))}; peers at fault do not count.\n\n");
        foreach (var peer in against) text.AppendLine($"geo-mean against {peer}: {(Mean(peer) is > 0 and var mean ? mean.ToString("F2", CultureInfo.InvariantCulture) : "no peer that counts")}");
        return text.ToString();
    }

    double Mean(string peer) => training.Where(c => !c.AtFault(Peer(c, peer))).Select(c => Math.Log(c.Gain(Peer(c, peer)).Median)).ToArray() is { Length: > 0 } gains ? Math.Exp(gains.Average()) : 0;

    static string Peer(Comparison c, string name) => name switch { TensorFlow => c.BestTensorFlow, Aten => Comparison.Aten, _ => Comparison.Tuned };

    static string Name(Comparison c) => Name(c.Job);

    internal static string Name(string name) => Job.Find(name) is var job ? $"{job.Title}, {(job.Trains ? "train" : "inference")} b{job.Batch}" : name;

    static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture).Replace(" %", "%", StringComparison.Ordinal);
}
