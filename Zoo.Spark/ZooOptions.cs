using System.Net;

namespace Zoo.Spark;

/// <summary>How a cluster works.</summary>
public sealed record ZooOptions
{
    /// <summary>The longest time that workers wait for each other in one exchange, and the driver for a step; a minute by default.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How float32 gradients and weights travel; as they are by default.</summary>
    public WireFormat Wire { get; init; }

    /// <summary>Threads that one worker computes with; by default an even share of the cores.</summary>
    public int? ThreadsPerWorker { get; init; }

    /// <summary>Steps after which the whole state is kept by the driver, to go on from when a worker is lost; by default never: then a lost worker ends the run.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>How often a run may begin anew with new workers.</summary>
    public int MaxRestarts { get; init; } = 5;

    /// <summary>Where processes listen; loopback by default.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Whether every frame between processes carries a MAC, besides its checksum.</summary>
    public bool SignFrames { get; init; }
}
