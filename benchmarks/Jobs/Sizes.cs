using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Benchmarks.Jobs;

/// <summary>Cost against size: of a step over its batch, of a plan over its graph, of Predict over those who call at once.</summary>
internal static class Sizes
{
    internal static readonly int[] Batches = [1, 4, 16, 64, 256, 1024, 4096], Graphs = [100, 300, 1000, 3000, 10_000];

    /// <summary>GFLOP of a step's products and convolutions.</summary>
    internal static double Arithmetic(EmbeddedPeer peer) => peer.Profile(1).Entries.Where(e => e.Op is not ("pointwise" or "update" or "rows")).Sum(e => e.Operations) / 1e9;

    /// <summary>Milliseconds of the shortest step with a batch, and managed bytes a step.</summary>
    internal static double[] Step(EmbeddedPeer peer, int batch)
    {
        peer.Resize(batch);
        for (var i = 0; i < 5; i++) peer.Step();
        var (best, steps) = (double.MaxValue, 0);
        var (all, bytes) = (Stopwatch.StartNew(), GC.GetTotalAllocatedBytes(precise: true));
        while (steps < 3 || steps < 200 && all.ElapsedMilliseconds < 1000)
        {
            var start = Stopwatch.GetTimestamp();
            peer.Step();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            steps++;
        }
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;   // before the result is made, which would count
        return [best, bytes / (double)steps];
    }

    /// <summary>Milliseconds to plan a graph of so many nodes, a product and a tanh in turn: the first run without the second. The shortest of five.</summary>
    internal static double Plan(int nodes) => Enumerable.Range(0, 5).Min(_ =>
    {
        var (x, w) = (StateOps.Input("x", [Dim.Any, 4], DType.Float32), A.Constant(NDArray.Full([4, 4], 0.1)));
        var y = x;
        for (var i = 0; i < nodes; i += 2) y = A.Tanh(A.MatMul(y, w));
        var fetched = new NDArray?[1];
        NDArray[] feeds = [NDArray.Full([2, 4], 1)];
        using var session = (TorchSession)new TorchEngine().Compile(new() { Feeds = [x], Fetches = [y] });
        double Run()
        {
            var start = Stopwatch.GetTimestamp();
            session.Run(feeds, fetched);
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        var first = Run();
        Run();
        return first - Run();
    });

    /// <summary>Predicts a second of so many callers at once, for two seconds.</summary>
    internal static double Predicts(EmbeddedPeer peer, int callers)
    {
        var (inputs, done) = (peer.Job.Inputs(peer.Job.Batch), 0);
        Arrays x = inputs;
        peer.Model.PredictOnBatch(x);
        var all = Stopwatch.StartNew();
        var threads = Enumerable.Range(0, callers).Select(_ => new Thread(() =>
        {
            while (all.ElapsedMilliseconds < 2000)
            {
                peer.Model.PredictOnBatch(x);
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        foreach (var t in threads) t.Start();
        foreach (var t in threads) t.Join();
        return done / all.Elapsed.TotalSeconds;
    }
}
