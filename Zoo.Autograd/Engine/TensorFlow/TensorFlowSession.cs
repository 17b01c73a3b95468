using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>A program in TensorFlow's session.</summary>
internal sealed class TensorFlowSession : ISession
{
    readonly TensorFlowEngine engine;
    readonly Program program;
    readonly Parameter[] parameters;
    readonly TfOutput[] feeds, fetches;
    readonly nint[] targets;
    readonly bool[] kept;

    internal TensorFlowSession(TensorFlowEngine engine, Program program, WrittenGraph written, string prefix)
    {
        (this.engine, this.program, parameters) = (engine, program, program.Parameters());
        feeds = Array.ConvertAll(written.Feeds, name => engine.Graph.Output(prefix + name));
        fetches = Array.ConvertAll(written.Fetches, name => engine.Graph.Output(prefix + name));
        targets = written.Train is { } train ? [engine.Graph.Operation(prefix + train)] : [];
        kept = new bool[feeds.Length];
        Array.Fill(kept, targets.Length > 0);   // an assignment may keep the memory it was fed
    }

    public void Run(ReadOnlySpan<NDArray> values, Span<NDArray?> results, CancellationToken cancel = default)
    {
        FeedCheck.Fits(program, values);
        cancel.ThrowIfCancellationRequested();
        if (parameters.Length == 0)
        {
            engine.Graph.Run(feeds, values, fetches, results, targets, kept);
            return;
        }
        using (targets.Length > 0 ? parameters[0].Store.Writing() : parameters[0].Store.Reading())
        {
            foreach (var p in parameters) engine.Variable(p).Bring(p);
            engine.Graph.Run(feeds, values, fetches, results, targets, kept);
        }
    }

    public void Dispose() { }
}
