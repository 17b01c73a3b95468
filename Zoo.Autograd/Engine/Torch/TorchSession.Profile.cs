using System.Diagnostics;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

internal sealed partial class TorchSession : IProfiled
{
    public StepProfile Profile(NDArray[] feeds, int runs)
    {
        var targets = program.Updates.Select(u => u.Target).Distinct().ToArray();
        var before = Array.ConvertAll(targets, t => t.Value.Clone());
        try
        {
            var (fetched, whole) = (new NDArray?[program.Fetches.Length], new List<TimeSpan>());
            for (var i = 0; i < 3; i++) Execute(feeds, fetched, null, null, default);   // the first plans, the second lays out memory
            for (var i = 0; i < runs; i++)
            {
                var start = Stopwatch.GetTimestamp();
                Execute(feeds, fetched, null, null, default);
                whole.Add(Stopwatch.GetElapsedTime(start));
            }
            var trace = new PlanTrace();
            for (var i = 0; i < runs; i++) Execute(feeds, fetched, trace, null, default);
            whole.Sort();
            return new(Entries(trace), whole[whole.Count / 2], TorchThreads.Count, MatMulRate(), Bandwidth(), TorchLoader.Version);
        }
        finally
        {
            for (var i = 0; i < targets.Length; i++) targets[i].Value = before[i];
        }
    }

    /// <summary>One entry for each node: its steps taken together.</summary>
    static List<ProfileEntry> Entries(PlanTrace trace)
    {
        var first = trace.Entries.Count == 0 ? 0 : trace.Entries.Min(e => e.Entry.Began);
        return [.. trace.Entries.GroupBy(e => (object?)e.Step.Node ?? e.Step).Select(steps =>
        {
            var (step, entry) = steps.MaxBy(s => s.Entry.Best);
            return new ProfileEntry(step.Label, step.Node is { } node && step is not PointwiseStep ? node.Op.Name : step.Kind, Stopwatch.GetElapsedTime(first, steps.Min(s => s.Entry.Began)),
                Sum(steps.Select(s => s.Entry.Time / s.Entry.Runs)), Sum(steps.Select(s => s.Entry.Best)), steps.Sum(s => s.Entry.Bytes), steps.Max(s => s.Step.Arithmetic));
        })];

        static TimeSpan Sum(IEnumerable<TimeSpan> times) => new(times.Sum(t => t.Ticks));
    }

    /// <summary>What a product of matrices reaches: operations a second.</summary>
    static double MatMulRate()
    {
        const int size = 768;
        var (a, b) = (StateOps.Input("a", [size, size], DType.Float32), StateOps.Input("b", [size, size], DType.Float32));
        return 2.0 * size * size * size / Best(a, b, LinearOps.MatMul.Call(a, b)).TotalSeconds;
    }

    /// <summary>What adding two arrays that fit into no cache reaches: bytes a second.</summary>
    static double Bandwidth()
    {
        const int size = 16 << 20;
        var (a, b) = (StateOps.Input("a", [size], DType.Float32), StateOps.Input("b", [size], DType.Float32));
        return 3.0 * sizeof(float) * size / Best(a, b, a + b).TotalSeconds;
    }

    static TimeSpan Best(Variable a, Variable b, Variable result)
    {
        using var session = new TorchSession(new() { Feeds = [a, b], Fetches = [result] });
        NDArray[] feeds = [NDArray.Full(a.Shape, 1), NDArray.Full(b.Shape, 1)];
        var fetched = new NDArray?[1];
        session.Run(feeds, fetched);
        var trace = new PlanTrace();
        for (var i = 0; i < 5; i++) session.Execute(feeds, fetched, trace, null, default);
        return trace.Entries.Max(e => e.Entry.Best);
    }
}
