using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>A program that runs wherever its Parameters' store is at home in TensorFlow.</summary>
internal sealed class TensorFlowSession : ISession
{
    readonly TensorFlowEngine engine;
    readonly Program program;
    readonly Parameter[] parameters;
    readonly ParameterStore store;
    readonly Lock binding = new();
    TensorFlowProgram? bound;
    bool disposed;

    internal TensorFlowSession(TensorFlowEngine engine, Program program)
    {
        (this.engine, this.program, parameters) = (engine, program, program.Parameters());
        store = ParameterStore.Join(parameters);
        Bound();
    }

    public void Run(ReadOnlySpan<NDArray> values, Span<NDArray?> results, CancellationToken cancel = default)
    {
        FeedCheck.Fits(program, values);
        cancel.ThrowIfCancellationRequested();
        var bound = Bound();
        if (parameters.Length == 0)
        {
            bound.Run(values, results);
            return;
        }
        using (bound.Assigns ? store.Writing() : store.Reading())
        {
            foreach (var p in parameters) bound.Space.Variable(p).Bring(p);
            bound.Run(values, results);
        }
    }

    TensorFlowProgram Bound()
    {
        lock (binding)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            var space = engine.SpaceOf(store.Root);
            return bound?.Space == space ? bound : bound = new(space, program);
        }
    }

    /// <summary>Nodes stay in their graph, which goes with the last of its programs; at once where it is this one's alone.</summary>
    public void Dispose()
    {
        lock (binding)
        {
            if (parameters.Length == 0) bound?.Space.Graph.Dispose();
            (bound, disposed) = (null, true);
        }
    }
}
