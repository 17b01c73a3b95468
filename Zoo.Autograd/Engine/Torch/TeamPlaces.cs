namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// One processor for each thread of an OpenMP team that has as many threads as this process has processors (Linux). Threads that wake each other are put on one processor by the system and stay there for many milliseconds: a
/// step of two threads then took the time of one. The engine thread itself is only brought to its place, not kept there, for threads that OpenMP makes later are bound as the one that makes them.
/// </summary>
/// <remarks>Smaller teams are left to the system, for other programs may have the other processors. <c>OMP_PROC_BIND</c> or <c>GOMP_CPU_AFFINITY</c>, set to anything, leave all places to OpenMP.</remarks>
internal static class TeamPlaces
{
    static readonly int[] all = Environment.GetEnvironmentVariable("OMP_PROC_BIND") is null && Environment.GetEnvironmentVariable("GOMP_CPU_AFFINITY") is null ? LibC.Processors() : [];
    [ThreadStatic] static int taken;

    /// <summary>Places the calling engine thread's team of <see cref="TorchThreads.Count"/>.</summary>
    /// <param name="engine">The engine thread's number: teams of several begin at different processors.</param>
    internal static void Take(int engine)
    {
        int threads = TorchThreads.Count;
        if (threads == 1 || all.Length < 2)
            return;
        bool whole = threads == all.Length;
        if (threads != taken && (whole || taken == all.Length))
        {
            var place = new Place(engine, whole);
            ParallelFor.Run(ref place, threads, 1);
        }
        taken = threads;
        int home = all[engine % all.Length];
        if (!whole || LibC.sched_getcpu() == home)
            return;
        LibC.Bind([home]);
        LibC.Bind(all);
    }

    readonly struct Place(int engine, bool whole) : IRangeBody
    {
        public void Do(long begin, long end)
        {
            if (begin > 0) LibC.Bind(whole ? [all[(engine + begin) % all.Length]] : all);
        }
    }
}
