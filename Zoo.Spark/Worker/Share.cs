using System.Diagnostics;
using Zoo.Autograd.Engine;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Worker;

/// <summary>
/// Each of a job's processes has processors of its own, an even share of those that this process may use (Linux): the system puts processes that wake each other on one processor and leaves them there. Of twice as
/// many workers as processors two share one, and so on. Where they cannot be shared out evenly, where a share is smaller than a worker has threads, and with <c>OMP_PROC_BIND=false</c> or <c>GOMP_CPU_AFFINITY</c>, places are left to the system.
/// </summary>
internal static class Share
{
    /// <summary>Starts a worker's process, all of whose threads keep to its share: a process has the processors of the thread that makes it.</summary>
    internal static Process? Start(ProcessStartInfo info, int worker, int workers, int threads = 1)
    {
        var all = IsLeft ? [] : Engines.ProcessorsHere;
        var places = Math.Min(workers, all.Length);
        if (places < 2 || workers % places != 0 || threads > all.Length / places) return Process.Start(info);
        var (bounds, place) = (Slices.Bounds(all.Length, places), worker / (workers / places));
        info.Environment["DOTNET_TC_DelaySingleProcMultiplier"] = "1";   // with one processor .NET would compile what runs often ten times later
        Engines.ProcessorsHere = all[bounds[place]..bounds[place + 1]];
        try
        {
            return Process.Start(info);
        }
        finally
        {
            Engines.ProcessorsHere = all;
        }
    }

    static bool IsLeft => Environment.GetEnvironmentVariable("GOMP_CPU_AFFINITY") is not null || string.Equals(Environment.GetEnvironmentVariable("OMP_PROC_BIND"), "false", StringComparison.OrdinalIgnoreCase);
}
