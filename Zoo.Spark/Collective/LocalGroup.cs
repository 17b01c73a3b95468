namespace Zoo.Spark.Collective;

/// <summary>Workers of one process: they read each other's memory.</summary>
internal sealed class LocalGroup : IDisposable
{
    readonly Barrier barrier;
    readonly NDArray?[]?[] posted;
    readonly CancellationTokenSource broken = new();
    readonly Lock gate = new();
    (int Rank, Exception Error)? first;

    internal LocalGroup(int size, TimeSpan timeout, int? shards = null)
    {
        (barrier, posted) = (new(size), new NDArray?[]?[size]);
        ShardOrder order = new(size, shards);
        Members = [.. Enumerable.Range(0, size).Select(rank => new Member(this, rank, size, timeout) { Order = order })];
    }

    /// <summary>One for each worker.</summary>
    internal IReadOnlyList<Communicator> Members { get; }

    public void Dispose()
    {
        broken.Dispose();
        barrier.Dispose();
    }

    void Break(int rank, Exception error)
    {
        lock (gate) first ??= (rank, error);
        broken.Cancel();
    }

    void Meet(string what, int rank, Deadline deadline)
    {
        try
        {
            if (barrier.SignalAndWait(deadline.Left, broken.Token)) return;
        }
        catch (OperationCanceledException)
        {
            var (failed, error) = first!.Value;
            throw new ClusterException($"{what}: worker {failed} failed, so that worker {rank} cannot go on: {error.Message}", error) { Rank = failed };
        }
        var missing = barrier.ParticipantsRemaining;
        ClusterException late = new($"{what}: {missing} of {posted.Length} workers did not come within the deadline, as worker {rank} sees it. Expected all of them. Look for a worker that hangs, or allow more time.");
        Break(rank, late);
        throw late;
    }

    sealed class Member(LocalGroup group, int rank, int size, TimeSpan timeout) : Communicator(rank, size, timeout)
    {
        protected override void Exchange(string what, NDArray?[] outgoing, int[] incoming, Receiver receive, Deadline deadline)
        {
            group.posted[Rank] = outgoing;
            group.Meet(what, Rank, deadline);
            try
            {
                for (var peer = 0; peer < Size; peer++)
                {
                    var array = group.posted[peer]![Rank];
                    var bytes = array is null ? 0 : array.Count * array.DType.Size();
                    if (bytes != incoming[peer]) throw new ClusterException($"{what}: worker {peer} sent {bytes} bytes. Expected {incoming[peer]}: all workers must make the same calls.") { Rank = peer };
                    if (bytes > 0) receive(peer, 0, array!.Bytes);
                }
            }
            catch (Exception e)
            {
                Abort(e);
                throw;
            }
            group.Meet(what, Rank, deadline);
        }

        internal override void Abort(Exception error) => group.Break(Rank, error);

        public override void Dispose() => GC.SuppressFinalize(this);
    }
}
