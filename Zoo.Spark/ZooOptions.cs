using System.Net;

namespace Zoo.Spark;

/// <summary>How a cluster works.</summary>
public sealed record ZooOptions
{
    /// <summary>The longest time that workers wait for each other in one exchange, and the driver for a step; a minute by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How float32 gradients and weights travel; as they are by default.</summary>
    public WireFormat Wire { get; init; }

    /// <summary>Threads that one worker computes with; by default an even share of the cores, or with <see cref="Shards"/> those of one shard.</summary>
    public int? ThreadsPerWorker { get; init; }

    /// <summary>
    /// Parts that each batch is cut into, however many workers there are; by default one for each worker. Sums, norms and metrics are then added up along a fixed binary tree
    /// over the parts, so that any number of workers up to this gives the same bits. A worker computes its parts one after another.
    /// </summary>
    public int? Shards { get; init; }

    /// <summary>Threads that compute one of <see cref="Shards"/>, the same at every number of workers; 1 by default.</summary>
    public int ThreadsPerShard { get; init; } = 1;

    /// <summary>Bytes of gradients that travel together, those of the last layers first, while the backward pass still computes the others; 1 MB by default. Where a worker has several shards, they travel with those of its last one.</summary>
    public int BucketBytes { get; init; } = 1 << 20;

    /// <summary>Steps after which the whole state is kept by the driver, to go on from when a worker is lost; by default never: then a lost worker ends the run.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>How often a run may begin anew with new workers.</summary>
    public int MaxRestarts { get; init; } = 5;

    /// <summary>Where processes listen; loopback by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Whether every frame between processes carries a MAC, besides its checksum.</summary>
    public bool SignFrames { get; init; }

    internal int ThreadsOf(int workers, int cores) => ThreadsPerWorker ?? (Shards is null ? Math.Max(1, cores / workers) : ThreadsPerShard);

    /// <exception cref="ArgumentException">Options contradict each other, or the number of workers.</exception>
    internal void Check(int workers)
    {
        if (Shards is not { } shards) return;
        if (shards < workers) throw new ArgumentException($"ZooOptions: {shards} shards were asked for {workers} workers. Expected at least one for each worker. Start fewer workers, or raise Shards.");
        if (ThreadsPerShard < 1 || ThreadsPerWorker is not null) throw new ArgumentException($"ZooOptions: ThreadsPerShard is {ThreadsPerShard}, ThreadsPerWorker {ThreadsPerWorker?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not set"}. Expected at least 1, and no ThreadsPerWorker where Shards is set.");
    }
}
