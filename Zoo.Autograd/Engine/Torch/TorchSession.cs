using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A program on the embedded engine. Keeps what it planned for the last few input shapes.</summary>
internal sealed partial class TorchSession : ISession
{
    const int Plans = 8, Settled = 2;
    readonly Program program;
    readonly bool[]? valued;
    readonly Lock gate = new();
    readonly List<(Shape[] Shapes, NDArray?[]? Values, Ready Ready)> plans = [];   // the one used last comes first

    /// <summary>A session of a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="valued">Which feeds' values the plan depends on; null for none.</param>
    internal TorchSession(Program program, bool[]? valued = null)
    {
        (this.program, this.valued) = (program, valued);
        ParameterStore.Join(program.Parameters());
    }

    /// <summary>Collects times while it is set.</summary>
    internal PlanTrace? Trace { get; set; }

    public void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, CancellationToken cancel = default) => Execute(feeds, fetches, Trace, null, cancel);

    public void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, Action<int> ready, CancellationToken cancel = default) => Execute(feeds, fetches, Trace, ready, cancel);

    internal void Execute(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, PlanTrace? trace, Action<int>? ready, CancellationToken cancel)
    {
        FeedCheck.Fits(program, feeds);
        For(feeds).Run(feeds, fetches, trace, ready, cancel);
    }

    Ready For(ReadOnlySpan<NDArray> feeds)
    {
        lock (gate)
        {
            for (var i = 0; i < plans.Count; i++)
                if (Same(plans[i].Shapes, plans[i].Values, feeds))
                {
                    var found = plans[i];
                    if (i > 0)
                    {
                        plans.RemoveAt(i);
                        plans.Insert(0, found);
                        Forget();
                    }
                    return found.Ready;
                }
            var shapes = new Shape[feeds.Length];
            var values = valued is null ? null : new NDArray?[feeds.Length];
            for (var i = 0; i < shapes.Length; i++)
            {
                shapes[i] = feeds[i].Shape;
                if (valued?[i] == true) values![i] = feeds[i].Clone();
            }
            var made = Stages.Make(Transposes.For(Specialize.For(program, shapes, values)));
            plans.Insert(0, (shapes, values, made));
            if (plans.Count > Plans) plans.RemoveAt(Plans);
            Forget();
            return made;
        }
    }

    /// <summary>Only the plans used last keep weights that they folded and packed: each has its own.</summary>
    void Forget()
    {
        for (var i = Settled; i < plans.Count; i++) plans[i].Ready.Plan?.Settle(null);
    }

    static bool Same(Shape[] shapes, NDArray?[]? values, ReadOnlySpan<NDArray> feeds)
    {
        for (var i = 0; i < shapes.Length; i++)
            if (shapes[i] != feeds[i].Shape || values?[i] is { } value && !value.HoldsTheSame(feeds[i])) return false;
        return true;
    }

    public void Dispose()
    {
        lock (gate) plans.Clear();
    }
}
