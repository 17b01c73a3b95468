using System.Diagnostics;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Spark.Training;

/// <summary>All workers of a cluster, commanded together.</summary>
internal sealed class Team(ICluster cluster, ZooOptions options)
{
    readonly TimeSpan timeout = options.Timeout;

    /// <summary>What a worker may take for itself before others wait for it: engines load and plans are made.</summary>
    static readonly TimeSpan start = TimeSpan.FromMinutes(2);

    internal int Size => cluster.Workers;

    /// <summary>Which shards of a batch each worker computes.</summary>
    internal ShardOrder Order { get; } = new(cluster.Workers, options.Shards);

    /// <summary>The first row of each worker's part of a batch, and the number of all.</summary>
    internal int[] Rows(int rows)
    {
        var shards = Slices.Bounds(rows, Order.Shards);
        return Array.ConvertAll(Order.Bounds, b => shards[b]);
    }

    internal ParameterNumbers Numbers { get; } = new();

    /// <summary>Begins with workers that know nothing yet.</summary>
    internal void Renew()
    {
        cluster.Renew(Numbers);
        HasLost = false;
    }

    /// <summary>Whether a worker is lost, so that the state cannot be gathered any more.</summary>
    internal bool HasLost { get; private set; }

    /// <summary>The same command for all.</summary>
    internal Reply[] All(Command command, string what, bool starts = false) => All(_ => command, what, starts: starts);

    /// <summary>One command for each worker, all at once; the answers by rank.</summary>
    /// <param name="command">The command for each rank.</param>
    /// <param name="what">What it is for, in messages.</param>
    /// <param name="step">The step, if it is one.</param>
    /// <param name="starts">Whether plans are made first, which takes its time.</param>
    /// <param name="times">Takes the driver's times.</param>
    /// <exception cref="ClusterException">A worker failed: the first error, with the worker that is at fault.</exception>
    internal Reply[] All(Func<int, Command> command, string what, long step = -1, bool starts = false, Tally? times = null)
    {
        var deadline = Deadline.After((step < 0 ? timeout : 2 * timeout) + (starts ? start : TimeSpan.FromSeconds(2)));
        var (replies, lost) = (new Reply?[Size], new Exception?[Size]);
        var lap = Stopwatch.GetTimestamp();
        for (var rank = 0; rank < Size; rank++)
            try { cluster.Links[rank].Send(command(rank), deadline); }
            catch (Exception e) when (IsLoss(e)) { lost[rank] = e; }
        if (times is not null) lap = times.Lap(Phase.DriverSend, lap);
        for (var rank = 0; rank < Size; rank++)
        {
            // Once one is lost the others end by the deadline of their exchange.
            if (Array.Exists(lost, l => l is not null) || Array.Exists(replies, r => r?.Fault is not null)) deadline = Deadline.After(timeout + TimeSpan.FromSeconds(5));
            if (lost[rank] is null)
                try { replies[rank] = cluster.Links[rank].Receive(deadline); }
                catch (Exception e) when (IsLoss(e)) { lost[rank] = e; }
        }
        times?.Lap(Phase.DriverWait, lap);
        if (Array.TrueForAll(replies, r => r is { Fault: null })) return replies!;
        cluster.IsBroken = true;
        HasLost |= Array.Exists(lost, l => l is not null);
        throw First(replies, lost, what, step);
    }

    static bool IsLoss(Exception e) => e is IOException or TimeoutException or InvalidDataException or System.Net.Sockets.SocketException or ObjectDisposedException;

    /// <summary>The error that came first: a worker's own; else the loss of one; else what others say of one.</summary>
    ClusterException First(Reply?[] replies, Exception?[] lost, string what, long step)
    {
        var at = Array.FindIndex(replies, r => r?.Fault is { Blames: < 0, Type: not nameof(ClusterException) });
        if (at >= 0)
        {
            var fault = replies[at]!.Fault!;
            return Made(at, $"failed while {what}{Step(step)}: {fault.Type}: {fault.Message}", "Expected the step to end. See the error itself.", fault.Error, own: true);
        }
        at = Array.FindIndex(lost, l => l is not null);
        if (at >= 0) return Made(at, $"was lost while {what}{Step(step)}: {lost[at]!.Message}", "Expected it to answer. Look whether it was ended, or hangs.", lost[at], own: false);
        var blamed = replies.Select(r => r?.Fault).First(f => f is not null)!;
        at = blamed.Blames >= 0 ? blamed.Blames : Array.FindIndex(replies, r => r?.Fault is not null);
        return Made(at, $"did not do its part while {what}{Step(step)}: {blamed.Message}", "Expected it to answer in time. Look whether it was ended, hangs or is slow, or allow more time (ZooOptions.Timeout).", blamed.Error, own: false);

        ClusterException Made(int rank, string happened, string then, Exception? inner, bool own) =>
            new($"worker {rank} ({cluster.Links[rank].Host}) {happened.TrimEnd('.')}. {then}", inner) { Rank = rank, Host = cluster.Links[rank].Host, Step = step, IsOwn = own };
    }

    static string Step(long step) => step < 0 ? "" : $" at step {step}";
}
