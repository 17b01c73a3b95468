using System.Globalization;
using System.Text.Json;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Engine.Torch;
using Zoo.Benchmarks;
using Zoo.Benchmarks.Cluster;
using Zoo.Benchmarks.Jobs;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["compare" or "jobs" or "lstm" or "all" or "barrier", ..] && TensorFlowLoader.Missing is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}
switch (args)
{
    case ["peer", var kind, var job, var threads, var folder]:
        PeerProcess.Serve(kind, job, int.Parse(threads), folder);
        return 0;
    case ["profile", var job, ..]:
        Console.WriteLine(Profile.Run(job, args.Length > 2 ? int.Parse(args[2]) : TorchThreads.Count, 200, all: true));
        return 0;
    case ["compare", var job, var threads, ..]:
        var one = Comparison.Run(Job.Find(job), int.Parse(threads), Number("--rounds", 200));
        foreach (var peer in one.Times.Keys) Console.WriteLine($"{job} {threads} {peer,-16} {one.Median(peer):F3} ms  lowest {one.Times[peer].Min():F3}  embedded / it {one.Against(peer)}, of processors {Ratio.Middle(one.Processor["embedded"]) / Ratio.Middle(one.Processor[peer]):F2}  {one.Memory[peer]:F0} MB  {one.Slowness(peer):F2} of its row");
        Console.WriteLine($"mm {one.MatMul:F0} GFLOP/s, convolution {one.Convolution:F0} GFLOP/s, {one.Arithmetic:F2} GFLOP a step, results within {one.FirstDifference:E1}, later {one.LossDifference:E1}");
        return 0;
    case ["sizes", ..]:
        var sizes = new System.Text.StringBuilder();
        SizesRun.Run().Write(sizes);
        Console.WriteLine(sizes);
        return 0;
    case ["parts", .. var names]:
        var parts = new System.Text.StringBuilder();
        Parts.Write(Parts.Run(names.Length > 0 ? Array.ConvertAll(names, Job.Find) : Job.All), parts);
        Console.WriteLine(parts);
        return 0;
    case ["jobs", ..]:
        return JobsPart();
    case ["soak", ..]:
        Console.WriteLine(string.Join(' ', SoakOf(Number("--steps", 10_000))));
        return 0;
    case ["lstm", ..]:
        return Lstm();
    case ["all", ..]:
        return All();
    case ["build", ..]:
        BuildCost.Run(Number("--rounds", 20));
        return 0;
    case ["barrier", var job, ..]:
        BarrierCost.Run(job, args.Length > 2 ? int.Parse(args[2]) : 1, args.Length > 3 ? int.Parse(args[3]) : 200);
        return 0;
    case ["caffe", ..]:
        var report = Path.Combine(Sections.Root(), "docs", "benchmarks.md");
        var (before, runs) = (Load(), Caffe());
        var section = CaffeSection.Write(runs, $"{before} before, {Load()} after (1, 5, 15 minutes)");
        Console.WriteLine(section);
        File.WriteAllText(report, Report.Into(File.ReadAllText(report), section));
        return 0;
    case ["caffe-peer", var kind, var threads, var prototxt, var model, var onnx]:
        CaffeLoad.Serve(kind, int.Parse(threads), prototxt, model, onnx);
        return 0;
    case ["allreduce", ..]:
        AllReduceBench.Run([2, 3, 4], Number("--rounds", 30));
        return 0;
    case ["allreduce-peer", .. var words]:
        AllReducePeer.Serve(words);
        return 0;
    case ["cluster", ..]:
        ClusterBench.Run(args.Length > 1 && args[1][0] != '-' ? [args[1]] : [.. ClusterJob.All.Select(j => j.Name)], Number("--rounds", 10));
        return 0;
    case ["cluster-peer", var job, var batch]:
        ClusterBench.Serve(job, int.Parse(batch));
        return 0;
    case ["simulate", ..]:
        Simulator.Run(Number("--rounds", 5));
        return 0;
    case ["soak-cluster", ..]:
        ClusterSoak.Run(args.Length > 1 && args[1][0] != '-' ? args[1] : "local[2]", Number("--steps", 20_000));
        return 0;
    case ["input", ..]:
        InputPipeline.Run(new(Number("--rounds", 5), Number("--steps", 8), Number("--batch", 16), Number("--size", 224), Number("--threads", 1)));
        return 0;
    default:
        Console.Error.WriteLine($$"""
            benchmarks: what shall be measured?
              all [--rounds 50] [--steps 10000] [--keep FOLDER] MLP and LeNet more closely; writes docs/benchmarks.md anew around the sections of the others
              compare JOB THREADS [--rounds 200]       the peers on one job
              jobs [--rounds 50] [--large-rounds 8] [--only JOB,JOB] [--threads 2] [--keep FOLDER]  all jobs beside TensorFlow, PyTorch's ops and ONNX Runtime; writes their sections of docs/benchmarks.md
              sizes                                    cost against size: batches, graphs, callers of Predict (a part of jobs)
              parts [JOB ...]                          where the time of a step goes, by op (a part of jobs)
              profile JOB|recurrence [THREADS]         where the time of one step goes
              lstm [--lstm-rounds 60]                  an LSTM and a GRU forward and backward beside TensorFlow, oneDNN and its own body; writes its section of docs/benchmarks.md
              soak [--steps 10000]                     memory over a long run
              build [--rounds 20]                      building models and their weights' first values
              input [--rounds 5] [--steps 8] [--batch 16] [--size 224] [--threads 1]  ResNet-50 on JPEG pictures decoded meanwhile, beside arrays in memory
              barrier mlp|lenet [THREADS] [ROUNDS]     what the barrier before assignments costs on TensorFlow
              allreduce [--rounds 30]                  all-reduce of 64 KB to 100 MB by 2, 3, 4 processes beside the cost model
              cluster [lenet|mlp|resnet50] [--rounds 10]  efficiency of two workers, overhead of a step
              simulate [--rounds 5]                    the cost model beside runs of 2 to 8 processes; draws Inception-v1's scaling
              soak-cluster [MASTER] [--steps 20000]    memory, handles, sockets over a long run by a cluster
              caffe [PROTOTXT] [--rounds 30] [--keep FOLDER]  loading and running ResNet-50 of Caffe, here, in OpenCV and in ONNX Runtime; writes its section of docs/benchmarks.md; the prototxt is looked for in ZOO_SHARED
            Jobs: {{string.Join(", ", Job.All.Select(j => j.Name))}}; with another batch mlp:64, for compare and profile.
            TensorFlow's library is looked for in ZOO_TENSORFLOW.
            """);
        return 2;
}

int All()
{
    var (steps, load) = (Number("--steps", 10_000), Kept("load", Load));
    int[] threads = [1, 2];
    string[] pair = ["mlp", "lenet"];
    var comparisons = (from n in threads from job in pair select Compared(Job.Find(job), n)).ToArray();
    var starts = Kept("starts", () => Enumerable.Range(0, 5).Select(_ =>
    {
        using var peer = new PeerProcess("embedded", "lenet", 2);
        return peer.FirstStep;
    }).ToArray());
    var bits = Kept("bits", () => Enumerable.Range(0, 2).Select(_ =>
    {
        using var peer = new PeerProcess("embedded", "lenet", 2);
        return peer.Ask("bits 200")[0];
    }).ToArray());
    Console.WriteLine($"starts {string.Join(' ', starts.Select(s => $"{s:F0}"))} ms, bits {string.Join(' ', bits)}");
    var soak = Kept("soak", () => SoakOf(steps));
    Console.WriteLine($"soak {string.Join(' ', soak)}");
    var profile = Kept("profile", () => string.Concat(from n in threads from job in pair select Profile.Run(job, n, 200, all: false) + "\n"));
    var file = Path.Combine(Sections.Root(), "docs", "benchmarks.md");
    var loads = $"{load} before, {Load()} after (1, 5, 15 minutes)";
    var text = new Report(comparisons, new(starts, soak, steps, bits), loads, profile, File.ReadAllText(Path.Combine(Sections.Root(), "benchmarks", "notes.md"))).Write();
    File.WriteAllText(file, JobsPage.Carried(File.ReadAllText(file), Sections.Carried(File.ReadAllText(file), text)));
    Console.WriteLine(file);
    return 0;
}

int JobsPart()
{
    var (load, file) = (Load(), Path.Combine(Sections.Root(), "docs", "benchmarks.md"));
    var only = Text("--only") is { } names ? Array.ConvertAll(names.Split(','), Job.Find) : Job.All;
    var threads = Text("--threads") is { } count ? Array.ConvertAll(count.Split(','), int.Parse) : [1, 2];
    var comparisons = (from n in threads from job in only select Compared(job, n)).ToArray();
    var whole = Text("--only") is null;
    var page = new JobsPage(comparisons, whole ? Kept("parts", () => Parts.Run(Job.All)) : null, whole ? Kept("sizes", SizesRun.Run) : null);
    File.WriteAllText(file, page.Into(File.ReadAllText(file), Report.Versions($"{load} before, {Load()} after (1, 5, 15 minutes)")));
    Console.WriteLine(file);
    return 0;
}

int Lstm()
{
    var (load, file) = (Load(), Path.Combine(Sections.Root(), "docs", "benchmarks.md"));
    var section = LstmComparison.Section(Recurrences(), Report.Versions($"{load} before, {Load()} after (1, 5, 15 minutes)"));
    File.WriteAllText(file, Report.Into(File.ReadAllText(file), section));
    Console.WriteLine(file);
    return 0;
}

LstmComparison[] Recurrences() => [.. LstmJob.Jobs.Keys.SelectMany(job => new[] { 1, 2 }.Select(n => Kept($"{(job == "gru" ? "gru" : "lstm")}-{n}", () => LstmComparison.Run(job, n, Number("--lstm-rounds", 60))))).Select(c =>
{
    Console.WriteLine(c);
    return c;
})];

// a run that was cut off goes on where it was: each part's result is a file in the folder that --keep names
T Kept<T>(string part, Func<T> run)
{
    if (Array.IndexOf(args, "--keep") is not (var at and >= 0)) return run();
    var file = Path.Combine(Directory.CreateDirectory(args[at + 1]).FullName, part + ".json");
    if (File.Exists(file)) return JsonSerializer.Deserialize<T>(File.ReadAllText(file))!;
    var result = run();
    File.WriteAllText(file, JsonSerializer.Serialize(result));
    return result;
}

CaffeLoad[] Caffe() => [.. from n in (int[])[1, 2] select Kept($"caffe-{n}", () => CaffeLoad.Run(Prototxt(), n, Number("--rounds", 30)))];

string Prototxt() => args.Length > 1 && args[1][0] != '-' ? args[1] : Path.Combine(Environment.GetEnvironmentVariable("ZOO_SHARED") ?? "../shared", "models", "caffe_prototxt", "resnet50_deploy.prototxt");

Comparison Compared(Job job, int threads)
{
    var c = Kept($"job-{job.Name}-{threads}", () => Comparison.Run(job, threads, job.IsLarge ? Number("--large-rounds", 8) : Number("--rounds", 50), alternate: job.Name is "mlp" or "lenet"));
    Console.WriteLine($"{c.Job} {c.Threads}: {string.Join(", ", c.Times.Keys.Select(p => $"{p} {c.Median(p):G4}{(c.AtFault(p) ? " (at fault)" : "")}"))}; results within {c.FirstDifference:E1}, later {c.LossDifference:E1}");
    return c;
}

static double[] SoakOf(int steps)
{
    using var peer = new PeerProcess("embedded", "lenet", 2);
    return peer.Ask($"soak {steps}");
}

string? Text(string option) => Array.IndexOf(args, option) is var at and >= 0 ? args[at + 1] : null;

int Number(string option, int otherwise) => Array.IndexOf(args, option) is var at and >= 0 ? int.Parse(args[at + 1]) : otherwise;

static string Load() => File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown";
