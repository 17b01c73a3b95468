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
