using System.Runtime.ExceptionServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A call that must run on an engine thread.</summary>
internal interface IEngineWork
{
    /// <summary>Does the call.</summary>
    void Execute();
}

/// <summary>
/// Dedicated threads on which plans run: every thread that calls libtorch gets an OpenMP team of its own, so the threads of .NET's pool must never. One a
/// concurrent call, up to the number of processors, made on demand; further calls wait. A hand-off allocates nothing.
/// </summary>
internal static class EngineThreads
{
    const int SpinMicroseconds = 30;

    static readonly Lock gate = new();
    static readonly Stack<Worker> idle = new();
    static readonly SemaphoreSlim places = new(Environment.ProcessorCount);
    [ThreadStatic] static bool inside;
    static int made;

    /// <summary>How many threads exist.</summary>
    internal static int Made => Volatile.Read(ref made);

    /// <summary>Runs <paramref name="work"/> on an engine thread and waits; its exception is thrown here. On an engine thread it runs at once.</summary>
    internal static void Run(IEngineWork work)
    {
        if (inside)
        {
            work.Execute();
            return;
        }
        _ = TorchLoader.Torch;   // a library that is missing fails here, on the caller
        places.Wait();
        Worker? worker;
        lock (gate)
            idle.TryPop(out worker);
        worker ??= new Worker(Interlocked.Increment(ref made));
        Exception? error = worker.Hand(work);
        lock (gate)
            idle.Push(worker);
        places.Release();
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>For tests and one-off work.</summary>
    internal static void Run(Action action) => Run(new ActionWork(action));

    sealed class ActionWork(Action action) : IEngineWork
    {
        public void Execute() => action();
    }

    sealed class Worker
    {
        readonly Signal go = new(), done = new();
        IEngineWork? work;
        Exception? error;

        internal Worker(int number) => new Thread(Loop, 16 << 20) { IsBackground = true, Name = $"zoo engine {number}" }.Start();

        internal Exception? Hand(IEngineWork item)
        {
            work = item;
            go.Set();
            done.Wait();
            Exception? result = error;
            error = null;
            return result;
        }

        void Loop()
        {
            inside = true;
            while (true)
            {
                go.Wait();
                try
                {
                    TorchThreads.Apply();
                    work!.Execute();
                }
                catch (Exception e)
                {
                    error = e;   // thrown by the caller
                }
                work = null;
                done.Set();
            }
        }
    }

    /// <summary>One signal for one waiter: it spins for a moment, for short calls come back to back, then sleeps.</summary>
    sealed class Signal
    {
        const int Clear = 0, Raised = 1, Sleeping = 2;
        readonly SemaphoreSlim sleep = new(0);
        int state;

        internal void Set()
        {
            if (Interlocked.Exchange(ref state, Raised) == Sleeping)
                sleep.Release();
        }

        internal void Wait()
        {
            long until = System.Diagnostics.Stopwatch.GetTimestamp() + System.Diagnostics.Stopwatch.Frequency * SpinMicroseconds / 1_000_000;
            while (Volatile.Read(ref state) != Raised && System.Diagnostics.Stopwatch.GetTimestamp() < until)
                Thread.SpinWait(10);
            if (Interlocked.CompareExchange(ref state, Sleeping, Clear) == Clear)
                sleep.Wait();
            Volatile.Write(ref state, Clear);
        }
    }
}
