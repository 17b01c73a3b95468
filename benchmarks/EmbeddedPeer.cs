using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>The embedded engine.</summary>
internal sealed class EmbeddedPeer : IPeer
{
    readonly TorchSession session;
    readonly NDArray[] feeds;
    readonly NDArray?[] fetched = new NDArray?[1];

    internal EmbeddedPeer(Job job, int batch)
    {
        session = (TorchSession)new TorchEngine().Compile(job.Step);
        feeds = job.Batch(batch);
    }

    public double Step()
    {
        feeds[2].AsSpan<float>()[0]++;
        session.Run(feeds, fetched);
        return fetched[0]!.AsSpan<float>()[0];
    }
}
