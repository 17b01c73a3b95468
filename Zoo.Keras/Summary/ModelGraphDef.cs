using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;

namespace Zoo.Keras.Summary;

/// <summary>What a built model computes when it predicts, for TensorBoard's graphs tab.</summary>
internal static class ModelGraphDef
{
    internal static GraphDef Of(Model model)
    {
        var lowered = model.Lower(training: false);
        Variable[] feeds = lowered.Step is { } step ? [.. model.Inputs.Values, step] : model.Inputs.Values;
        return GraphDefWriter.Write(new() { Name = model.Name, Feeds = feeds, Fetches = lowered.Outputs }).Graph;
    }
}
