using System.Diagnostics;
using System.Globalization;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>The times of a run's phases: those of the slowest worker of each step, and the driver's own.</summary>
internal sealed class PhaseTimes
{
    readonly long[] ticks = new long[Phases.Names.Length], taken = new long[Phases.Names.Length];
    long takenSteps;

    internal long Steps { get; private set; }

    internal void Add(Reply[] replies, Tally driver)
    {
        Steps++;
        for (var i = 0; i < ticks.Length; i++) ticks[i] += driver.Ticks[i] + replies.Max(r => r.Phases[i]);
    }

    /// <summary>Milliseconds of each phase of a step, on average, of those that follow each other, since this was asked last.</summary>
    internal IReadOnlyDictionary<string, double> Take()
    {
        var steps = Math.Max(1, Steps - takenSteps);
        var result = Phases.Names.Take(Phases.InTurn).Select((name, i) => (name, Time: (ticks[i] - taken[i]) * 1000.0 / Stopwatch.Frequency / steps)).ToDictionary(p => p.name, p => p.Time);
        takenSteps = Steps;
        ticks.CopyTo(taken, 0);
        return result;
    }

    /// <summary>Milliseconds of all phases of a step, on average.</summary>
    internal IReadOnlyDictionary<string, double> All() => Phases.Names.Zip(ticks, (name, t) => (name, Time: Steps == 0 ? 0 : t * 1000.0 / Stopwatch.Frequency / Steps)).ToDictionary(p => p.name, p => p.Time);

    public override string ToString() => $"{Steps} steps: {string.Join(", ", All().Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value:0.000} ms")))}";
}
