using System.Runtime.ExceptionServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A call that must run on an engine thread.</summary>
internal interface IEngineWork
{
    /// <summary>Does the call.</summary>
    void Execute();
}

/// <summary>
/// Dedicated threads on which plans run: every thread that calls libtorch gets an OpenMP team of its own, so the threads of .NET's pool never call it with a team of more than themselves. One a
/// concurrent call, up to the number of processors, made on demand; further calls wait, and one that itself waits for other workers counts as none. A hand-off allocates nothing, but wakes two threads, one after the other:
/// a call stays with its caller where <see cref="CallingThread"/> says that this one will do.
/// </summary>
internal static class EngineThreads
{
    /// <summary>How long a thread spins before it sleeps: a moment, and the time of a small step where the call leaves the caller's processor free.</summary>
    const int Moment = 30, SmallStep = 300;

    static readonly Lock gate = new();
    static readonly Stack<Worker> idle = new();
    static readonly SemaphoreSlim places = new(Environment.ProcessorCount);
    [ThreadStatic] static bool inside;
    [ThreadStatic] static long handed;
    static int made;

    /// <summary>How many threads exist.</summary>
    internal static int Made => Volatile.Read(ref made);

    /// <summary>How many calls the calling thread has handed to others.</summary>
    internal static long HandedByThisThread => handed;

    /// <summary>Runs <paramref name="work"/> on an engine thread and waits; its exception is thrown here. On an engine thread it runs at once.</summary>
    /// <param name="work">The call.</param>
    /// <param name="mayStay">Whether the calling thread may take an engine thread's part, where it suits.</param>
    internal static void Run(IEngineWork work, bool mayStay = false)
    {
        if (inside)
        {
            work.Execute();
            return;
        }
        _ = TorchLoader.Torch;   // a library that is missing fails here, on the caller
        places.Wait();
        try
        {
            if (mayStay && CallingThread.Suits) Stay(work);
            else Hand(work);
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Runs it on the calling thread, which is an engine thread meanwhile.</summary>
    static void Stay(IEngineWork work)
    {
        inside = true;
        try
        {
            RunHere(work);
        }
        finally
        {
            inside = false;
        }
    }

    static void Hand(IEngineWork work)
    {
        handed++;
        Worker? worker;
        lock (gate)
            idle.TryPop(out worker);
        worker ??= Make();
        Exception? error = worker.Hand(work);
        lock (gate)
            idle.Push(worker);
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Runs a small step where it is called, with one thread: no team is made for that, and nothing is woken or waited for.</summary>
    internal static void RunHere(IEngineWork work)
    {
        _ = TorchLoader.Torch;
        int own = TorchThreads.Own;
        TorchThreads.Own = 1;
        try
        {
            TorchThreads.Apply();
            work.Execute();
        }
        finally
        {
            TorchThreads.Own = own;
            if (inside) TorchThreads.Apply();
        }
    }

    /// <summary>Waits for something on an engine thread; meanwhile another call may run in its place, which may be what is waited for.</summary>
    internal static void Elsewhere(Action wait)
    {
        if (inside) places.Release();
        try
        {
            wait();
        }
        finally
        {
            if (inside) places.Wait();
        }
    }

    /// <summary>For tests and one-off work.</summary>
    internal static void Run(Action action) => Run(new ActionWork(action));

    sealed class ActionWork(Action action) : IEngineWork
    {
        public void Execute() => action();
    }

    /// <summary>
    /// A thread that allocates from the main heap, where that can be had. .NET's own threads have made other arenas before the limit of one was set, and glibc
    /// deals these out in turn; their heaps are given back to the system at every step. So threads are started until one has the right arena; the others end.
    /// </summary>
    static Worker Make()
    {
        int number = Interlocked.Increment(ref made);
        var others = new List<Worker>();
        Worker worker = new(number);
        while (TorchMemory.Tune() && !worker.OnMainHeap && others.Count < 4 * Environment.ProcessorCount + 16)
        {
            others.Add(worker);
            worker = new(number);
        }
        foreach (Worker other in others)
            other.End();
        return worker;
    }

    sealed class Worker
    {
        readonly Signal go = new(), done = new();
        readonly int number;
        IEngineWork? work;
        int threads;
        Exception? error;

        internal Worker(int number)
        {
            this.number = number;
            new Thread(Loop, 16 << 20) { IsBackground = true, Name = $"zoo engine {number}" }.Start();
            done.Wait();
        }

        /// <summary>Whether the thread's allocations come from the main heap.</summary>
        internal bool OnMainHeap { get; private set; }

        internal void End()
        {
            work = null;
            go.Set();
        }

        internal Exception? Hand(IEngineWork item)
        {
            (work, threads) = (item, TorchThreads.Own);
            go.Set();
            done.Wait(TorchThreads.Count < Environment.ProcessorCount ? SmallStep : Moment);
            Exception? result = error;
            error = null;
            return result;
        }

        void Loop()
        {
            inside = true;
            OnMainHeap = TorchMemory.OnMainHeap();
            done.Set();
            while (true)
            {
                go.Wait();
                if (work is null)
                    return;
                try
                {
                    TorchThreads.Own = threads;   // those of the caller
                    TorchThreads.Apply();
                    TeamPlaces.Take(number);
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

        internal void Wait(int microseconds = Moment)
        {
            if (Environment.ProcessorCount == 1) microseconds = 0;   // who sets it needs this processor
            long until = System.Diagnostics.Stopwatch.GetTimestamp() + System.Diagnostics.Stopwatch.Frequency * microseconds / 1_000_000;
            while (Volatile.Read(ref state) != Raised && System.Diagnostics.Stopwatch.GetTimestamp() < until)
                Thread.SpinWait(10);
            if (Interlocked.CompareExchange(ref state, Sleeping, Clear) == Clear)
                sleep.Wait();
            Volatile.Write(ref state, Clear);
        }
    }
}
