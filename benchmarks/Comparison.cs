namespace Zoo.Benchmarks;

/// <summary>All peers on one job with one number of threads, a turn each in every round; no two ever work at once.</summary>
internal sealed class Comparison
{
    internal static readonly string[] Peers = ["embedded", "floor", "tensorflow", "tensorflow-adam"];
    const int StepsOfATurn = 2;

    public required string Job { get; init; }
    public required int Threads { get; init; }
    /// <summary>Milliseconds a step: for each peer those of all rounds.</summary>
    public required Dictionary<string, double[]> Times { get; init; }
    /// <summary>GFLOP/s of a large matrix product, at the middle of the rounds.</summary>
    public required double MatMul { get; init; }
    /// <summary>Milliseconds of a step of each of two batch sizes, round by round: where each follows one of its own size, and where they alternate.</summary>
    public required double[] Apart { get; init; }
    public required double[] Alternating { get; init; }
    /// <summary>How far the peers' losses lie apart after as many steps.</summary>
    public required double LossDifference { get; init; }

    internal static Comparison Run(string job, int threads, int rounds)
    {
        var peers = Peers.Select(kind => new PeerProcess(kind, job, threads)).ToArray();
        try
        {
            var losses = peers.Select(p => Enumerable.Range(0, 10).Select(_ => p.Ask("loss")[0]).Last()).ToArray();
            foreach (var p in peers) p.Ask("step 20");
            var times = peers.ToDictionary(p => p.Name, _ => new double[rounds]);
            var (apart, alternating, products) = (new double[rounds], new double[rounds], new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < peers.Length; i++)
                {
                    var p = peers[(round + i) % peers.Length];
                    times[p.Name][round] = p.Ask($"step {StepsOfATurn}")[0];
                }
                if (peers[0].Ask("alternate") is [var one, var two]) (apart[round], alternating[round]) = (one, two);
                if (round % 20 == 0) products.Add(peers[0].Ask("mm")[0]);
            }
            return new() { Job = job, Threads = threads, Times = times, MatMul = Ratio.Middle([.. products]), Apart = apart, Alternating = alternating, LossDifference = losses.Max() - losses.Min() };
        }
        finally
        {
            foreach (var p in peers) p.Dispose();
        }
    }

    internal Ratio Against(string peer) => Ratio.Of(Times["embedded"], Times[peer]);

    /// <summary>The faster of TensorFlow's two forms.</summary>
    internal string BestTensorFlow => Median("tensorflow") <= Median("tensorflow-adam") ? "tensorflow" : "tensorflow-adam";

    internal double Median(string peer) => Ratio.Middle(Times[peer]);

    /// <summary>GFLOP of a step's matrix products and convolutions, forward and backward; the first layer has no gradient for its input.</summary>
    internal double Work => 2e-9 * 128 * (Job == "mlp" ? 2 * 784 * 512 + 3 * 512 * 512 + 3 * 512 * 10 : 2 * 24 * 24 * 20 * 25 + 3 * 8 * 8 * 50 * 500 + 3 * 800 * 500 + 3 * 500 * 10);

    /// <summary>
    /// How many times as long as its arithmetic at the rate of a large matrix product a peer may take at most: performance.md's figures of PyTorch eager (for the floor)
    /// and Keras on TensorFlow, measured elsewhere with two threads, and a tenth more.
    /// </summary>
    internal double Allowed(string peer) => 1.1 * (Job, peer) switch
    {
        ("mlp", "floor") => 2.4 / 2.0,
        ("mlp", _) => 5.1 / 2.0,
        (_, "floor") => 17.0 / 7.0,
        _ => 19.0 / 7.0,
    };

    internal double Relative(string peer) => Median(peer) / (Work / MatMul * 1000);
}
