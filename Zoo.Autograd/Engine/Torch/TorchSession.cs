using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A program on the embedded engine. Keeps the plans of the last few input shapes.</summary>
internal sealed class TorchSession : ISession
{
    const int Plans = 8;
    readonly Program program;
    readonly Lock gate = new();
    readonly List<(Shape[] Shapes, Plan Plan)> plans = [];   // the one used last comes first

    internal TorchSession(Program program)
    {
        this.program = program;
        ParameterStore.Join(program.Parameters());
    }

    /// <summary>Collects times while it is set.</summary>
    internal PlanTrace? Trace { get; set; }

    public void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, CancellationToken cancel = default)
    {
        FeedCheck.Fits(program, feeds);
        var plan = For(feeds);
        var run = plan.Rent();
        run.Run(feeds, fetches, Trace, cancel);
        plan.Return(run);
    }

    Plan For(ReadOnlySpan<NDArray> feeds)
    {
        lock (gate)
        {
            for (var i = 0; i < plans.Count; i++)
                if (Same(plans[i].Shapes, feeds))
                {
                    var found = plans[i];
                    if (i > 0)
                    {
                        plans.RemoveAt(i);
                        plans.Insert(0, found);
                    }
                    return found.Plan;
                }
            var shapes = new Shape[feeds.Length];
            for (var i = 0; i < shapes.Length; i++) shapes[i] = feeds[i].Shape;
            var made = Planner.Make(Specialize.For(program, shapes));
            plans.Insert(0, (shapes, made));
            if (plans.Count > Plans) plans.RemoveAt(Plans);
            return made;
        }
    }

    static bool Same(Shape[] shapes, ReadOnlySpan<NDArray> feeds)
    {
        for (var i = 0; i < shapes.Length; i++)
            if (shapes[i] != feeds[i].Shape) return false;
        return true;
    }

    public void Dispose()
    {
        lock (gate) plans.Clear();
    }
}
