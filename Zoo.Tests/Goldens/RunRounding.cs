using System.Collections.Concurrent;

namespace Zoo.Tests.Goldens;

/// <summary>
/// What rounding alone does to a run. The order of the samples in a batch changes no sum but by rounding: the run is made again in 24 other orders, and in float64, where the
/// order must not matter. How far these go from float64's result is how far a right computation in float32 may be from it. Two of them, ours and Keras', differ by at most
/// twice that. The golden values have no part in it, so an error of ours does not widen it.
/// </summary>
/// <remarks>
/// Adam makes such runs of nets with a bias before BatchNormalization: its gradient is zero but for rounding, and Adam divides it by its own size.
/// </remarks>
sealed class RunRounding
{
    const int Orders = 24;
    const double Neutral = 1e-9;

    static readonly ConcurrentDictionary<(string, string), RunRounding> known = [];

    readonly RunChecks exact;
    readonly double[] reach;

    RunRounding(GoldenRun run)
    {
        exact = run.Make("embedded", exact: true);
        var other = run.Make("embedded", exact: true, order: 1);
        var orders = Enumerable.Range(1, Orders).Select(o => run.Make("embedded", order: o)).ToArray();
        // where float64 tells orders apart, or a run failed, they say nothing
        reach = [.. exact.All.Select((c, i) => Distance(i, other) <= Neutral ? orders.Max(o => Distance(i, o)) : 0)];
    }

    internal static RunRounding Of(GoldenRun run) => known.GetOrAdd((run.Model, run.Name), _ => new(run));

    /// <summary>How far a check's number is from that in float64; NaN where there is none.</summary>
    internal double Distance(int check, RunChecks run) =>
        check < exact.All.Count && check < run.All.Count && exact.All[check] is { Actual: { } truth, Expected: { } scale } at && run.All[check].Name == at.Name && run.All[check].Actual is { } actual
            ? RunChecks.Largest(actual, truth, scale, at.IsAbsolute) : double.NaN;

    /// <summary>How far Keras' number is from that in float64.</summary>
    internal double Golden(int check) => exact.All[check].Deviation;

    /// <summary>What two right computations in float32 may differ by.</summary>
    internal double Bound(int check) => check < reach.Length ? 2 * reach[check] : 0;
}
