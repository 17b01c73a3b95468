using System.Diagnostics;

namespace Zoo.Spark.Collective;

/// <summary>The moment after which a call gives up.</summary>
internal readonly struct Deadline
{
    readonly long end;

    Deadline(long end) => this.end = end;

    internal static Deadline After(TimeSpan time) =>
        new(time == Timeout.InfiniteTimeSpan ? long.MaxValue : Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency));

    internal bool HasPassed => Stopwatch.GetTimestamp() > end;

    /// <summary>The time that is left, at most an hour: waits repeat.</summary>
    internal TimeSpan Left
    {
        get
        {
            var now = Stopwatch.GetTimestamp();
            return now >= end ? TimeSpan.Zero : end - now > 3600 * Stopwatch.Frequency ? TimeSpan.FromHours(1) : Stopwatch.GetElapsedTime(now, end);
        }
    }
}
