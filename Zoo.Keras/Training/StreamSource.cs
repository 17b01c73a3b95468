using System.Diagnostics;

namespace Zoo.Keras.Training;

/// <summary>Batches that somebody else makes; enumerated anew for each pass.</summary>
/// <param name="batches">The batches; a <see cref="Dataset{T}"/> is told which pass begins.</param>
/// <param name="bind">Makes feeds of a batch.</param>
/// <param name="cancel">Wakes who waits for a batch.</param>
internal sealed class StreamSource(IEnumerable<Batch> batches, Func<Batch, (NDArray[] Feeds, StepPrograms? Programs)> bind, CancellationToken cancel = default) : BatchSource, IDisposable
{
    IEnumerator<Batch>? current;
    int? steps;
    int made;

    internal override int? Steps => steps ?? (batches as IPasses<Batch>)?.Count;

    internal override int? BatchSize => null;

    internal override void Begin(int pass)
    {
        End();
        current = (batches is IPasses<Batch> passes ? passes.Open(new(pass, cancel)) : batches).GetEnumerator();
        made = 0;
    }

    internal override bool Next(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var begin = Stopwatch.GetTimestamp();
        var any = current!.MoveNext();
        Waited += Stopwatch.GetElapsedTime(begin);
        if (!any)
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

    internal override void End()
    {
        current?.Dispose();
        current = null;
    }

    public void Dispose() => End();

    /// <summary>What a user gave, as batches.</summary>
    internal static IEnumerable<Batch> Batches<T>(IEnumerable<T> given, string caller) =>
        given is IPasses<T> passes ? new MappedPasses<T, Batch>(passes, b => Batch.Of(b, caller)) : given.Select(b => Batch.Of(b, caller));

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
