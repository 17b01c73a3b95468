namespace Zoo.Spark;

/// <summary>Something failed between workers: one is lost, hangs, or threw an error of its own (then <see cref="Exception.InnerException"/>).</summary>
public sealed class ClusterException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The worker at fault, from 0; -1 where none is known, or the driver is at fault.</summary>
    public int Rank { get; init; } = -1;

    /// <summary>Where that worker runs; empty where that is not known.</summary>
    public string Host { get; init; } = "";

    /// <summary>The training step, from 0; -1 outside of one.</summary>
    public long Step { get; init; } = -1;

    /// <summary>Whether the worker threw an error of its own, which it would throw again.</summary>
    internal bool IsOwn { get; init; }
}
