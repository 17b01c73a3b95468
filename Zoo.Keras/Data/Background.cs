using System.Runtime.ExceptionServices;

namespace Zoo.Keras;

/// <summary>
/// Makes elements by threads of its own, a limited number ahead of who takes them. One thread at a time draws from the source, so that numbers follow its order; results are
/// given in that order. The threads end with the elements, with the first error, and when the enumeration is left: <see cref="Dispose"/> waits for them.
/// </summary>
internal sealed class Background<T, TResult> : IDisposable
{
    readonly string step;
    readonly Func<T, TResult> map;
    readonly (bool Ready, TResult Value, ExceptionDispatchInfo? Error)[] slots;
    readonly Lock drawing = new();
    readonly object gate = new();
    readonly CancellationToken cancel;
    readonly CancellationTokenSource stop;
    readonly IEnumerator<T> source;
    readonly Thread[] threads;
    int drawn, taken, end = int.MaxValue;

    Background(string step, IPasses<T> source, Func<T, TResult> map, int threads, int ahead, Pass pass)
    {
        (this.step, this.map, cancel) = (step, map, pass.Cancel);
        slots = new (bool, TResult, ExceptionDispatchInfo?)[Math.Max(ahead, threads)];
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stop.Token.Register(Wake);
        this.source = source.Open(pass with { Cancel = stop.Token }).GetEnumerator();
        this.threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"zoo-data {step} {i}" })];
        foreach (var thread in this.threads) thread.Start();
    }

    internal static IEnumerable<TResult> Run(string step, IPasses<T> source, Func<T, TResult> map, int threads, int ahead, Pass pass)
    {
        using var background = new Background<T, TResult>(step, source, map, threads, ahead, pass);
        while (background.Next(out var value)) yield return value;
    }

    bool Next(out TResult value)
    {
        lock (gate)
        {
            ref var slot = ref slots[taken % slots.Length];
            while (!slot.Ready && taken < end && !cancel.IsCancellationRequested) System.Threading.Monitor.Wait(gate);
            cancel.ThrowIfCancellationRequested();
            if (!slot.Ready)
            {
                value = default!;
                return false;
            }
            value = slot.Value;
            var error = slot.Error;
            slot = default;
            taken++;
            System.Threading.Monitor.PulseAll(gate);
            error?.Throw();
            return true;
        }
    }

    void Work()
    {
        while (Draw(out var at, out var item))
        {
            try
            {
                Put(at, DatasetException.Guard(step, at, item, map), null);
            }
            catch (Exception e)
            {
                Put(at, default!, ExceptionDispatchInfo.Capture(e));   // whoever takes the element gets it
            }
        }
    }

    bool Draw(out int at, out T item)
    {
        (at, item) = (0, default!);
        lock (drawing)
        {
            lock (gate)
            {
                while (drawn - taken >= slots.Length && !stop.IsCancellationRequested) System.Threading.Monitor.Wait(gate);
                if (stop.IsCancellationRequested || drawn >= end) return false;
                at = drawn;
            }
            var any = false;
            try
            {
                any = source.MoveNext();
                if (any) item = source.Current;
                else End(at);
            }
            catch (Exception e)
            {
                any = false;
                Put(at, default!, ExceptionDispatchInfo.Capture(e is DatasetException or OperationCanceledException ? e : new DatasetException($"Dataset.{step}: element {at} could not be had: {e.Message}", at, e)));
                End(at + 1);
            }
            lock (gate) drawn = at + 1;
            return any;
        }
    }

    void End(int at)
    {
        lock (gate)
        {
            end = at;
            System.Threading.Monitor.PulseAll(gate);
        }
    }

    void Put(int at, TResult value, ExceptionDispatchInfo? error)
    {
        lock (gate)
        {
            slots[at % slots.Length] = (true, value, error);
            System.Threading.Monitor.PulseAll(gate);
        }
    }

    void Wake()
    {
        lock (gate) System.Threading.Monitor.PulseAll(gate);
    }

    public void Dispose()
    {
        stop.Cancel();
        foreach (var thread in threads) thread.Join();
        source.Dispose();
        stop.Dispose();
    }
}
