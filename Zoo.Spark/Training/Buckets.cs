namespace Zoo.Spark.Training;

/// <summary>
/// Sends gradients by a thread of its own while others are still computed: each bucket as soon as all its gradients are there, in a fixed order, for all workers
/// must make the same calls.
/// </summary>
/// <param name="count">The number of buckets.</param>
/// <param name="of">The bucket of each result; below 0 for those in none.</param>
/// <param name="send">Sends one.</param>
internal sealed class Buckets(int count, int[] of, Action<int> send)
{
    static readonly TimeSpan idle = TimeSpan.FromSeconds(5);
    readonly int[] missing = new int[count];
    readonly SemaphoreSlim go = new(0), done = new(0);
    readonly object gate = new();
    Thread? thread;
    Exception? error;
    bool broken;

    /// <summary>Buckets of the last step that were sent before the last gradient was there.</summary>
    internal int Early { get; private set; }

    /// <summary>A step begins.</summary>
    internal void Begin()
    {
        lock (gate)
        {
            (error, broken, Early) = (null, false, 0);
            Array.Clear(missing);
            foreach (var bucket in of)
                if (bucket >= 0) missing[bucket]++;
            go.Release();
            if (thread is not null) return;
            thread = new(Loop, 512 << 10) { IsBackground = true, Name = "zoo buckets" };
            thread.Start();
        }
    }

    /// <summary>A result is there.</summary>
    internal void Ready(int result)
    {
        if (result >= of.Length || of[result] is not (var bucket and >= 0)) return;
        lock (gate)
            if (--missing[bucket] == 0) Monitor.PulseAll(gate);
    }

    /// <summary>The step failed: what is not ready will not be.</summary>
    internal void Break()
    {
        lock (gate)
        {
            broken = true;
            Monitor.PulseAll(gate);
        }
        done.Wait();
    }

    /// <summary>Waits until all are sent.</summary>
    internal void End()
    {
        done.Wait();
        if (error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    void Loop()
    {
        while (true)
        {
            if (!go.Wait(idle))
                lock (gate)
                {
                    if (go.CurrentCount > 0) continue;
                    thread = null;   // the next step starts another
                    return;
                }
            try
            {
                for (var i = 0; i < count && Wait(i); i++) send(i);
            }
            catch (Exception e)
            {
                error = e;   // thrown by End
            }
            done.Release();
        }
    }

    bool Wait(int bucket)
    {
        lock (gate)
        {
            while (missing[bucket] > 0 && !broken) Monitor.Wait(gate);
            if (!broken && Array.Exists(missing, m => m > 0)) Early++;
            return !broken;
        }
    }
}
