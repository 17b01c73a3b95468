using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>A peer in a process of its own, that does what its standard input says: both ends of that talk.</summary>
internal sealed class PeerProcess : IDisposable
{
    readonly Process process;

    internal PeerProcess(string kind, string job, int threads) : this(kind, ["peer", kind, job, threads.ToString(CultureInfo.InvariantCulture)])
    {
    }

    /// <param name="name">What messages call it.</param>
    /// <param name="arguments">What this program is started with.</param>
    /// <exception cref="InvalidOperationException">It ended at once; the message has what it said.</exception>
    internal PeerProcess(string name, string[] arguments)
    {
        Name = name;
        process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
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
    internal static void Serve(string kind, string job, int threads)
    {
        TorchThreads.Count = threads;
        if (job == LstmComparison.LstmName) Serve(LstmJob.Find(kind, threads), null);
        else if (kind == "floor") EngineThreads.Run(() => Serve(Floor.Find(job, 128), null));
        else if (kind == "embedded") Serve(new EmbeddedPeer(Job.Find(job), 128), () => new EmbeddedPeer(Job.Find(job), 128));
        else Serve(new TensorFlowPeer(Job.Find(job), 128, threads, kind == "tensorflow-adam"), null);
    }

    static void Serve(IPeer peer, Func<EmbeddedPeer>? another)
    {
        Say(Start(peer));
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "step":
                    Say(Turn(peer, int.Parse(words[1], CultureInfo.InvariantCulture)));
                    break;
                case "loss":
                    Say(peer.Step());
                    break;
                case "mm":
                    Say(MatMul());
                    break;
                case "alternate":
                    Say(((EmbeddedPeer)peer).Alternate());
                    break;
                case "soak":
                    Say(Soak.Run(peer, int.Parse(words[1], CultureInfo.InvariantCulture)));
                    break;
                case "bits":
                    Say(Soak.Bits(another!(), int.Parse(words[1], CultureInfo.InvariantCulture)));
                    break;
            }
        }
    }

    static double Start(IPeer peer)
    {
        peer.Step();
        using var self = Process.GetCurrentProcess();
        return (DateTime.Now - self.StartTime).TotalMilliseconds;
    }

    /// <summary>One step to warm the caches, then so many timed ones: the milliseconds of the shortest.</summary>
    static double Turn(IPeer peer, int steps)
    {
        peer.Step();
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            peer.Step();
            var time = Stopwatch.GetElapsedTime(start);
            if (time < best) best = time;
        }
        return best.TotalMilliseconds;
    }

    /// <summary>GFLOP/s of a product of two matrices of 1024 by 1024: the best of ten.</summary>
    static double MatMul()
    {
        var best = TimeSpan.MaxValue;
        EngineThreads.Run(() =>
        {
            nint a = TorchArrays.From(NDArray.Full([1024, 1024], 0.5)), b = TorchArrays.From(NDArray.Full([1024, 1024], 0.25)), c = TorchTensor.Empty(DType.Float32, [1024, 1024]);
            for (var i = 0; i < 10; i++)
            {
                var start = Stopwatch.GetTimestamp();
                TorchError.Check(LibTorch.aoti_torch_cpu_mm_out(c, a, b), "mm_out");
                var time = Stopwatch.GetElapsedTime(start);
                if (time < best) best = time;
            }
            foreach (var t in new[] { a, b, c }) TorchTensor.Delete(t);
        });
        return 2.0 * 1024 * 1024 * 1024 / best.TotalSeconds / 1e9;
    }

    internal static void Say(params ReadOnlySpan<double> numbers)
    {
        Console.WriteLine(string.Join(' ', numbers.ToArray().Select(n => n.ToString("R", CultureInfo.InvariantCulture))));
        Console.Out.Flush();
    }
}
