using System.Diagnostics;
using System.Globalization;

namespace Zoo.Spark.Training;

/// <summary>The times of a run's phases, of the slowest worker of each step.</summary>
internal sealed class PhaseTimes
{
    internal static readonly string[] Names = ["compute", "put gradient", "aggregate", "update", "get weights"];
    readonly long[] ticks = new long[5];

    internal long Steps { get; private set; }

    internal void Add(Reply[] replies)
    {
        Steps++;
        for (var i = 0; i < ticks.Length; i++) ticks[i] += replies.Max(r => Of(r.Phases, i));
    }

    /// <summary>Milliseconds of one phase of a step, on average.</summary>
    internal double Milliseconds(int phase) => Steps == 0 ? 0 : ticks[phase] * 1000.0 / Stopwatch.Frequency / Steps;

    static long Of(Phases phases, int at) => at switch { 0 => phases.Compute, 1 => phases.PutGradient, 2 => phases.Aggregate, 3 => phases.Update, _ => phases.GetWeights };

    public override string ToString() => $"{Steps} steps: {string.Join(", ", Names.Select((n, i) => string.Create(CultureInfo.InvariantCulture, $"{n} {Milliseconds(i):0.000} ms")))}";
}
