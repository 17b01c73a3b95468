using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Keras;

namespace Zoo.Benchmarks.Jobs;

/// <summary>The embedded engine on the program of which the other peers have the GraphDef.</summary>
internal sealed class EmbeddedPeer : IPeer
{
    readonly TorchSession session;
    readonly NDArray?[] fetched = new NDArray?[1];
    NDArray[] feeds;
    NDArray[]? smaller;

    internal EmbeddedPeer(Job job, int batch)
    {
        (Job, Model) = (job, job.Model());
        session = (TorchSession)new TorchEngine().Compile(Job.Step(Model));
        (feeds, Batch) = (job.Feeds(batch), batch);
    }

    internal Job Job { get; }

    internal Model Model { get; }

    int Batch { get; set; }

    /// <summary>Samples of a step from now on.</summary>
    internal void Resize(int batch) => (feeds, smaller, Batch) = (Job.Feeds(batch), null, batch);

    public double Step() => Run(feeds);

    double Run(NDArray[] batch)
    {
        session.Run(batch, fetched);
        var result = fetched[0]!.AsSpan<float>();
        return Job.Trains ? result[0] : Job.Digest(result);
    }

    /// <summary>Milliseconds of two steps, one of each batch size: where each follows one of its own size, and where they alternate.</summary>
    internal double[] Alternate()
    {
        smaller ??= Job.Feeds(Batch * 3 / 4);
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

    internal StepProfile Profile(int steps) => session.Profile(feeds, steps);
}
