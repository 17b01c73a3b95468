using System.Diagnostics;
using System.Globalization;

namespace Zoo.Spark.Training;

/// <summary>The times of a run's phases, of the slowest worker of each step.</summary>
internal sealed class PhaseTimes
{
    internal static readonly string[] Names = ["compute", "wait", "put gradient", "aggregate", "update", "get weights"];
    readonly long[] ticks = new long[Names.Length], taken = new long[Names.Length];
    long takenSteps;

    internal long Steps { get; private set; }

    internal void Add(Reply[] replies)
    {
        Steps++;
        for (var i = 0; i < ticks.Length; i++) ticks[i] += replies.Max(r => r.Phases.Ticks[i]);
    }

    /// <summary>Milliseconds of each phase of a step, on average, since this was asked last.</summary>
    internal IReadOnlyDictionary<string, double> Take()
    {
        var steps = Math.Max(1, Steps - takenSteps);
        var result = Names.Select((name, i) => (name, Time: (ticks[i] - taken[i]) * 1000.0 / Stopwatch.Frequency / steps)).ToDictionary(p => p.name, p => p.Time);
        takenSteps = Steps;
        ticks.CopyTo(taken, 0);
        return result;
    }

    /// <summary>Milliseconds of one phase of a step, on average.</summary>
    internal double Milliseconds(int phase) => Steps == 0 ? 0 : ticks[phase] * 1000.0 / Stopwatch.Frequency / Steps;

    public override string ToString() => $"{Steps} steps: {string.Join(", ", Names.Select((n, i) => string.Create(CultureInfo.InvariantCulture, $"{n} {Milliseconds(i):0.000} ms")))}";
}
