using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;

namespace Zoo.Keras.Summary;

/// <summary>What a built model computes when it predicts, for TensorBoard's graphs tab: the ops of a layer stand under its name.</summary>
internal static class ModelGraphDef
{
    internal static GraphDef Of(Model model)
    {
        var state = new LoweringState();
        var lowering = new KerasLowering(training: false, state);
        var writer = new GraphDefWriter(p => p.Path);
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        // layer by layer, so that what is new after one is its own
        foreach (var upper in Topology.Sort(model.Outputs.Select(o => o.Node)))
            foreach (var node in Topology.Sort(lowering.Lower(upper.Outputs).Select(v => v.Node), seen.Contains))
                if (seen.Add(node) && upper.Tag is LayerCall call && node.Tag is not Parameter && node.Op != StateOps.Placeholder) Name(writer, node, call.Layer.Name);
        Variable[] feeds = state.Fed is { } step ? [.. model.Inputs.Values, step] : model.Inputs.Values;
        writer.AddNodes(new() { Name = model.Name, Feeds = feeds, Fetches = lowering.Lower(model.Outputs.Values) });
        return writer.Graph;
    }

    static void Name(GraphDefWriter writer, Node node, string scope)
    {
        var wish = GraphDefWriter.Clean($"{scope}/{node.Name ?? node.Op.Name}");
        for (var n = 0; !writer.Name(node, n == 0 ? wish : $"{wish}_{n}");) n++;
    }
}
