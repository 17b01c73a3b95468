namespace Zoo.Keras.Training;

/// <summary>Batches that somebody else makes; enumerated anew for each pass.</summary>
internal sealed class StreamSource(IEnumerable<Batch> batches, Func<Batch, (NDArray[] Feeds, StepPrograms? Programs)> bind) : BatchSource, IDisposable
{
    IEnumerator<Batch>? current;
    int? steps;
    int made;

    internal override int? Steps => steps;

    internal override int? BatchSize => null;

    internal override void Begin(int pass)
    {
        current?.Dispose();
        current = batches.GetEnumerator();
        made = 0;
    }

    internal override bool Next(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (!current!.MoveNext())
        {
            if (made > 0) steps = made;
            return false;
        }
        made++;
        (Feeds, Programs) = bind(current.Current);
        return true;
    }

    internal override bool Skip(int batches, CancellationToken cancel)
    {
        for (var i = 0; i < batches; i++, made++)
        {
            cancel.ThrowIfCancellationRequested();
            if (!current!.MoveNext()) return false;
        }
        return true;
    }

    internal override void Rehearse(CancellationToken cancel)
    {
        Begin(0);
        if (!Next(cancel)) return;
        var first = RunState.Fingerprint(Feeds);
        Begin(0);
        if (Next(cancel) && RunState.Fingerprint(Feeds) == first) return;
        throw new InvalidOperationException("Fit: the batches cannot be enumerated again from the beginning: the second time they begin differently, or there are none. Expected a sequence that gives the same batches each time it is opened, "
            + "for BackupAndRestore goes past those that were seen. Read the stream into a list or a file first, give random orders a seed, or leave BackupAndRestore out.");
    }

    public void Dispose() => current?.Dispose();

    /// <summary>An asynchronous sequence, whose items the training thread awaits.</summary>
    internal static IEnumerable<Batch> Blocking<T>(IAsyncEnumerable<T> items, string caller, CancellationToken cancel)
    {
        var source = items.GetAsyncEnumerator(cancel);
        try
        {
            while (source.MoveNextAsync().AsTask().GetAwaiter().GetResult()) yield return Batch.Of(source.Current, caller);
        }
        finally
        {
            source.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
