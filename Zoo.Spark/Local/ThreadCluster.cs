using Zoo.Autograd.Engine;
using Zoo.Spark.Collective;
using Zoo.Spark.Training;

namespace Zoo.Spark.Local;

/// <summary>Workers that are threads of this process, each with its share of the cores.</summary>
internal sealed class ThreadCluster : ICluster
{
    readonly ZooOptions options;
    readonly int threads;

    internal ThreadCluster(int workers, ZooOptions options)
    {
        (Workers, this.options, threads) = (workers, options, options.ThreadsOf(workers, Engines.Threads));
    }

    public int Workers { get; }

    public IReadOnlyList<IWorkerLink> Links { get; private set; } = [];

    public bool IsBroken { get; set; }

    public void Renew(ParameterNumbers numbers)
    {
        End();
        IsBroken = false;
        LocalGroup made = new(Workers, options.Timeout, options.Shards);
        Links = [.. Enumerable.Range(0, Workers).Select(rank => new ThreadLink(new(made.Members[rank]) { NumberOf = numbers.Of, Wire = options.Wire }, threads))];
    }

    public void Dispose() => End();

    void End()
    {
        foreach (var link in Links) link.Dispose();
        Links = [];
    }
}

/// <summary>A worker on a thread.</summary>
internal sealed class ThreadLink : IWorkerLink
{
    readonly StepWorker worker;
    readonly int threads;
    readonly SemaphoreSlim go = new(0), done = new(0);
    Command command = new Command.Stop();
    Reply reply = new([]);

    internal ThreadLink(StepWorker worker, int threads)
    {
        (this.worker, this.threads) = (worker, threads);
        new Thread(Loop, 16 << 20) { IsBackground = true, Name = $"zoo worker {worker.Rank}" }.Start();
    }

    public string Host => "this process";

    public void Send(Command what, Deadline deadline)
    {
        command = what;
        go.Release();
    }

    public Reply Receive(Deadline deadline) => done.Wait(deadline.Left) ? reply : throw new TimeoutException("it did not answer within the deadline");

    void Loop()
    {
        Engines.ThreadsHere = threads;
        while (true)
        {
            go.Wait();
            if (command is Command.Stop) return;
            reply = worker.Do(command);
            done.Release();
        }
    }

    public void Dispose() => Send(new Command.Stop(), default);
}
