using System.Diagnostics;

namespace Zoo.Spark.Collective;

/// <summary>Workers of one process: they read each other's memory.</summary>
internal sealed class LocalGroup
{
    /// <summary>How long a worker looks for the others before it sleeps: those who come in time save it the waking.</summary>
    static readonly TimeSpan look = TimeSpan.FromMicroseconds(100);

    readonly NDArray?[]?[] posted;
    readonly Dictionary<(int, int, DType), NDArray> memory = [];
    readonly object gate = new();
    volatile Failure? first;
    int arrived, turn;

    sealed record Failure(int Rank, Exception Error);

    internal LocalGroup(int size, TimeSpan timeout, int? shards = null)
    {
        posted = new NDArray?[]?[size];
        ShardOrder order = new(size, shards);
        Members = [.. Enumerable.Range(0, size).Select(rank => new Member(this, rank, size, timeout) { Order = order })];
    }

    /// <summary>One for each worker.</summary>
    internal IReadOnlyList<Communicator> Members { get; }

    void Break(int rank, Exception error)
    {
        lock (gate)
        {
            first ??= new(rank, error);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Returns when all have come.</summary>
    void Meet(string what, int rank, Deadline deadline)
    {
        var now = Volatile.Read(ref turn);
        if (first is null && Interlocked.Increment(ref arrived) == posted.Length)
        {
            arrived = 0;
            lock (gate)
            {
                Volatile.Write(ref turn, now + 1);
                Monitor.PulseAll(gate);
            }
        }
        else if (!Looks(now))
            lock (gate)
                while (turn == now && first is null)
                    if (!Monitor.Wait(gate, deadline.Left) && deadline.HasPassed) Late(what, rank);
        if (first is { } failure && Volatile.Read(ref turn) == now)
            throw new ClusterException($"{what}: worker {failure.Rank} failed, so that worker {rank} cannot go on: {failure.Error.Message}", failure.Error) { Rank = failure.Rank };
    }

    bool Looks(int now)
    {
        for (var since = Stopwatch.GetTimestamp(); posted.Length <= Environment.ProcessorCount && Stopwatch.GetElapsedTime(since) < look; Thread.SpinWait(20))
            if (Volatile.Read(ref turn) != now) return true;
        return false;
    }

    void Late(string what, int rank)
    {
        ClusterException late = new($"{what}: {posted.Length - arrived} of {posted.Length} workers did not come within the deadline, as worker {rank} sees it. Expected all of them. Look for a worker that hangs, or allow more time.");
        Break(rank, late);
        throw late;
    }

    sealed class Member(LocalGroup group, int rank, int size, TimeSpan timeout) : Communicator(rank, size, timeout)
    {
        protected override void Exchange(Traffic traffic, Deadline deadline)
        {
            group.posted[Rank] = traffic.Outgoing;
            Meet(traffic.What, deadline);
            try
            {
                for (var peer = 0; peer < Size; peer++)
                {
                    var bytes = Traffic.Length(group.posted[peer]![Rank]);
                    if (bytes != traffic.Incoming[peer]) throw new ClusterException($"{traffic.What}: worker {peer} sent {bytes} bytes. Expected {traffic.Incoming[peer]}: all workers must make the same calls.") { Rank = peer };
                }
                for (int round = 0, rounds = traffic.Rounds; round < rounds; round++)
                    for (var peer = 0; peer < Size; peer++)
                        if (traffic.From(peer, round) is (var at, var length and > 0)) Take(traffic, peer, at, group.posted[peer]![Rank]!.Bytes.Slice(at, length));
            }
            catch (Exception e)
            {
                Abort(e);
                throw;
            }
            Meet(traffic.What, deadline);
        }

        void Meet(string what, Deadline deadline)
        {
            Waits(begins: true);
            group.Meet(what, Rank, deadline);
            Waits(begins: false);
        }

        internal override bool SharesMemory => true;

        internal override NDArray Memory(int number, int count, DType dtype)
        {
            lock (group.memory) return group.memory.TryGetValue((number, count, dtype), out var known) ? known : group.memory[(number, count, dtype)] = base.Memory(number, count, dtype);
        }

        internal override void Abort(Exception error) => group.Break(Rank, error);

        public override void Dispose() => GC.SuppressFinalize(this);
    }
}
