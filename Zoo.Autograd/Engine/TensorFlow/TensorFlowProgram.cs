using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>A program's places in the graph of a space.</summary>
internal sealed class TensorFlowProgram
{
    readonly TfOutput[] feeds, fetches;
    readonly nint[] targets;
    readonly bool[] kept;

    internal TensorFlowProgram(TensorFlowSpace space, Program program)
    {
        Space = space;
        var written = GraphDefWriter.Write(program, p => space.Variable(p).SharedName, space.Table);
        var prefix = space.Import(written.Graph);
        feeds = Array.ConvertAll(written.Feeds, name => space.Graph.Output(prefix + name));
        fetches = Array.ConvertAll(written.Fetches, name => space.Graph.Output(prefix + name));
        targets = written.Train is { } train ? [space.Graph.Operation(prefix + train)] : [];
        kept = new bool[feeds.Length];
        Array.Fill(kept, targets.Length > 0);   // an assignment may keep the memory it was fed
        space.Add(this);
    }

    internal TensorFlowSpace Space { get; }

    internal bool Assigns => targets.Length > 0;

    internal void Run(ReadOnlySpan<NDArray> values, Span<NDArray?> results) => Space.Graph.Run(feeds, values, fetches, results, targets, kept);
}
