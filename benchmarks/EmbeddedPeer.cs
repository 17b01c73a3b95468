using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>The embedded engine.</summary>
internal sealed class EmbeddedPeer : IPeer
{
    readonly TorchSession session;
    readonly NDArray[] feeds, smaller;
    readonly NDArray?[] fetched = new NDArray?[1];

    internal EmbeddedPeer(Job job, int batch)
    {
        Job = job;
        session = (TorchSession)new TorchEngine().Compile(job.Step);
        (feeds, smaller) = (job.Batch(batch), job.Batch(batch * 3 / 4));
    }

    internal Job Job { get; }

    public double Step() => Run(feeds);

    double Run(NDArray[] batch)
    {
        feeds[2].AsSpan<float>()[0]++;
        batch[2] = feeds[2];
        session.Run(batch, fetched);
        return fetched[0]!.AsSpan<float>()[0];
    }

    /// <summary>Milliseconds of two steps, one of each batch size: where each follows one of its own size, and where they alternate.</summary>
    internal double[] Alternate()
    {
        Run(feeds);
        var apart = Time(feeds);
        Run(smaller);
        apart += Time(smaller);
        Run(feeds);
        Run(smaller);
        return [apart, Time(feeds) + Time(smaller)];
    }

    double Time(NDArray[] batch)
    {
        var start = Stopwatch.GetTimestamp();
        Run(batch);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
