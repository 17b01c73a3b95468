using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd.Engine.Torch;
using Zoo.Benchmarks.Jobs;

namespace Zoo.Benchmarks;

/// <summary>A peer in a process of its own, that does what its standard input says: both ends of that talk.</summary>
internal sealed class PeerProcess : IDisposable
{
    readonly Process process;

    internal PeerProcess(string kind, string job, int threads, string folder = "") : this(kind, ["peer", kind, job, threads.ToString(CultureInfo.InvariantCulture), folder])
    {
    }

    /// <param name="name">What messages call it.</param>
    /// <param name="arguments">What this program is started with.</param>
    /// <exception cref="InvalidOperationException">It ended at once; the message has what it said.</exception>
    internal PeerProcess(string name, string[] arguments)
    {
        Name = name;
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (name == Comparison.Aten) start.Environment["ZOO_MALLOPT"] = "0";
        if (name is Comparison.Aten or Comparison.Tuned) start.Environment["GOMP_SPINCOUNT"] = "300000";   // OpenMP's default, which PyTorch leaves as it is
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Errors += line.Data is { } text ? text + "\n" : "";
        process.BeginErrorReadLine();
        Begun = Numbers();
    }

    internal string Name { get; }

    /// <summary>What it says when it is ready.</summary>
    internal double[] Begun { get; }

    /// <summary>Milliseconds from the start of the process to the end of the first step.</summary>
    internal double FirstStep => Begun[0];

    string Errors { get; set; } = "";

    /// <summary>Asks for numbers: one line out, one line in.</summary>
    internal double[] Ask(string command)
    {
        process.StandardInput.WriteLine(command);
        process.StandardInput.Flush();
        return Numbers();
    }

    double[] Numbers() => [.. Line().Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];

    string Line()
    {
        if (process.StandardOutput.ReadLine() is { } line) return line;
        process.WaitForExit();   // its last words too
        throw new InvalidOperationException($"benchmarks: the peer {Name} ended. It said: {Errors}");
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>The child's side.</summary>
    internal static void Serve(string kind, string job, int threads, string folder)
    {
        TorchThreads.Count = threads;
        if (LstmJob.Jobs.ContainsKey(job)) Serve(LstmJob.Find(kind, job, threads));
        else Serve(Find(kind, Job.Find(job), threads, new(folder)));
    }

    static IPeer Find(string kind, Job job, int threads, JobFiles files) => kind switch
    {
        "embedded" => new EmbeddedPeer(job, job.Batch),
        Comparison.Aten or Comparison.Tuned => new Eager(job, files.ReadWeights(), job.Batch, threads),
        "onnxruntime" => new OnnxPeer(job, files, job.Batch, threads),
        _ => new TensorFlowPeer(job, files, job.Batch, threads, fused: kind == "tensorflow-adam"),
    };

    static void Serve(IPeer peer)
    {
        ResidentMemory.Forget();
        Say(Start(peer));
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            int Number() => int.Parse(words[1], CultureInfo.InvariantCulture);
            Say(words[0] switch
            {
                "step" => Turn(peer, Number()),
                "loss" => [peer.Step()],
                "memory" => [ResidentMemory.Largest()],
                "mm" => [Roof.MatMul()],
                "conv" => [Roof.Convolution()],
                "alternate" => ((EmbeddedPeer)peer).Alternate(),
                "arithmetic" => [Sizes.Arithmetic((EmbeddedPeer)peer)],
                "sized" => Sizes.Step((EmbeddedPeer)peer, Number()),
                "predict" => [Sizes.Predicts((EmbeddedPeer)peer, Number())],
                "soak" => Soak.Run(peer, Number()),
                "bits" => [Soak.Bits(new EmbeddedPeer(((EmbeddedPeer)peer).Job, ((EmbeddedPeer)peer).Job.Batch), Number())],
                _ => throw new InvalidOperationException($"benchmarks: a peer was asked to '{line}'."),
            });
        }
    }

    /// <summary>Milliseconds from the process' start to the end of the first step, and what the step gave.</summary>
    static double[] Start(IPeer peer)
    {
        var first = peer.Step();
        using var self = Process.GetCurrentProcess();
        return [(DateTime.Now - self.StartTime).TotalMilliseconds, first];
    }

    /// <summary>One step to warm the caches (none before a single one, which is long), then so many timed ones: milliseconds of the shortest, and of the processors on average.</summary>
    static double[] Turn(IPeer peer, int steps)
    {
        if (steps > 1) peer.Step();
        using var self = Process.GetCurrentProcess();
        var (best, before) = (TimeSpan.MaxValue, self.TotalProcessorTime);
        for (var i = 0; i < steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            peer.Step();
            var time = Stopwatch.GetElapsedTime(start);
            if (time < best) best = time;
        }
        self.Refresh();
        return [best.TotalMilliseconds, (self.TotalProcessorTime - before).TotalMilliseconds / Math.Max(steps, 1)];
    }

    internal static void Say(params ReadOnlySpan<double> numbers)
    {
        Console.WriteLine(string.Join(' ', numbers.ToArray().Select(n => n.ToString("R", CultureInfo.InvariantCulture))));
        Console.Out.Flush();
    }
}
