using Zoo.Benchmarks.Jobs;

namespace Zoo.Benchmarks;

/// <summary>All peers on one job with one number of threads, a turn each in every round; no two ever work at once.</summary>
internal sealed class Comparison
{
    /// <summary>What counts as the straight calls of ATen: with the default allocator, and with the settings of our engine.</summary>
    internal const string Aten = "aten", Tuned = "aten-mallopt";

    public required string Job { get; init; }
    public required int Threads { get; init; }
    /// <summary>Milliseconds a step: for each peer those of all rounds.</summary>
    public required Dictionary<string, double[]> Times { get; init; }
    /// <summary>Milliseconds of the processors a step, by peer: what is comparable on a busy machine.</summary>
    public required Dictionary<string, double[]> Processor { get; init; }
    /// <summary>The largest resident memory of a peer in its first steps, in MB.</summary>
    public required Dictionary<string, double> Memory { get; init; }
    /// <summary>GFLOP/s of a large matrix product and of a convolution, at the middle of the rounds.</summary>
    public required double MatMul { get; init; }
    public required double Convolution { get; init; }
    /// <summary>Milliseconds of a step of each of two batch sizes, round by round: where each follows one of its own size, and where they alternate.</summary>
    public required double[] Apart { get; init; }
    public required double[] Alternating { get; init; }
    /// <summary>How far the peers' results lie apart, relative to their size: of the first step, and after some more, when rounding and the formulas of Adam have had their effect.</summary>
    public required double FirstDifference { get; init; }
    public required double LossDifference { get; init; }
    /// <summary>GFLOP of a step's products and convolutions.</summary>
    public required double Arithmetic { get; init; }

    /// <summary>Milliseconds before each turn: threads of the peer before (those of ONNX Runtime) spin for more than 20 after their work, and what runs beside them takes twice as long.</summary>
    const int Rest = 50;

    internal static string[] PeersOf(Job job) => job.Trains ? ["embedded", Aten, Tuned, "tensorflow", "tensorflow-adam"] : ["embedded", Aten, Tuned, "tensorflow", "onnxruntime"];

    internal static Comparison Run(Job job, int threads, int rounds, bool alternate = false)
    {
        var folder = Directory.CreateTempSubdirectory("job").FullName;
        var peers = new List<PeerProcess>();
        try
        {
            JobFiles.Write(job, folder);
            GC.Collect(2, GCCollectionMode.Aggressive);
            foreach (var kind in PeersOf(job)) peers.Add(new(kind, job.Name, threads, folder));
            var later = peers.Select(p => Enumerable.Range(0, job.IsLarge ? 2 : 9).Select(_ => p.Ask("loss")[0]).Last()).ToArray();
            var memory = peers.ToDictionary(p => p.Name, p => p.Ask("memory")[0]);
            var (warm, turn) = job.IsLarge ? (0, 1) : (job.PyTorch < 10 ? 40 : 10, job.PyTorch < 1 ? 20 : 2);
            foreach (var p in peers) p.Ask($"step {warm}");
            var (times, processor) = (peers.ToDictionary(p => p.Name, _ => new double[rounds]), peers.ToDictionary(p => p.Name, _ => new double[rounds]));
            var (apart, alternating, products, convolutions) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < peers.Count; i++)
                {
                    var p = peers[(round + i) % peers.Count];
                    Thread.Sleep(Rest);
                    if (p.Ask($"step {turn}") is [var time, var used]) (times[p.Name][round], processor[p.Name][round]) = (time, used);
                }
                if (alternate && peers[0].Ask("alternate") is [var one, var two])
                {
                    apart.Add(one);
                    alternating.Add(two);
                }
                if (round % Math.Max(1, rounds / 4) != 0) continue;
                products.Add(peers[0].Ask("mm")[0]);
                convolutions.Add(peers[0].Ask("conv")[0]);
            }
            return new()
            {
                Job = job.Name,
                Threads = threads,
                Times = times,
                Processor = processor,
                Memory = memory,
                MatMul = Ratio.Middle([.. products]),
                Convolution = Ratio.Middle([.. convolutions]),
                Apart = [.. apart],
                Alternating = [.. alternating],
                FirstDifference = Spread([.. peers.Select(p => p.Begun[1])]),
                LossDifference = Spread(later),
                Arithmetic = peers[0].Ask("arithmetic")[0],
            };
        }
        finally
        {
            foreach (var p in peers) p.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    static double Spread(double[] values) => (values.Max() - values.Min()) / Math.Max(Math.Abs(values[0]), 1e-9);

    internal Ratio Against(string peer) => Ratio.Of(Times["embedded"], Times[peer]);

    /// <summary>How many times as fast as a peer the embedded engine is.</summary>
    internal Ratio Gain(string peer) => Ratio.Of(Times[peer], Times["embedded"]);

    /// <summary>The faster of TensorFlow's forms.</summary>
    internal string BestTensorFlow => Times.Keys.Where(p => p.StartsWith("tensorflow", StringComparison.Ordinal)).MinBy(Median)!;

    internal double Median(string peer) => Ratio.Middle(Times[peer]);

    /// <summary>
    /// How many times as long a peer takes as performance.md's row of it (PyTorch eager for ATen's calls, Keras on TensorFlow), each relative to the rate of a large matrix product of its machine; more
    /// than 1.1 is the peer's fault, and it does not count. There is no row of ONNX Runtime.
    /// </summary>
    internal double Slowness(string peer) => Median(peer) * MatMul / (Jobs.Job.AnchorRate * (peer.StartsWith("aten", StringComparison.Ordinal) ? Found.PyTorch : peer.StartsWith("tensorflow", StringComparison.Ordinal) ? Found.TensorFlow : double.PositiveInfinity));

    internal bool AtFault(string peer) => Slowness(peer) > 1.1;

    Job Found => Jobs.Job.Find(Job);
}
