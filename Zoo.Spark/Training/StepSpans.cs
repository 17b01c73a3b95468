using System.Diagnostics;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>Steps as spans of the source <c>Zoo.Spark</c>: one for the step, within it one for each phase of each worker. They cost nothing where nobody listens.</summary>
internal static class StepSpans
{
    internal const string Name = "Zoo.Spark", Worker = "worker";
    static readonly ActivitySource source = new(Name);

    internal static void Record(long number, DateTime began, Reply[] replies)
    {
        if (!source.HasListeners() || source.StartActivity("step", ActivityKind.Internal, default(ActivityContext), [new("step", number)], startTime: began) is not { } step) return;
        for (var rank = 0; rank < replies.Length; rank++)
        {
            var at = began;
            for (var i = 0; i < Phases.InTurn; i++)
            {
                var end = at + TimeSpan.FromSeconds((double)replies[rank].Phases[i] / Stopwatch.Frequency);
                Stop(source.StartActivity(Phases.Names[i], ActivityKind.Internal, step.Context, [new(Worker, rank)], startTime: at), end);
                at = end;
            }
        }
        Stop(step, DateTime.UtcNow);
    }

    static void Stop(Activity? span, DateTime end)
    {
        span?.SetEndTime(end);
        span?.Dispose();
    }
}
