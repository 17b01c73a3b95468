using Zoo.Autograd.Graph;
using Zoo.Keras.Graph;
using Zoo.Keras.Saving;

namespace Zoo.Keras.Summary;

/// <summary>A layer, or a free op, in the table of a model.</summary>
/// <param name="Depth">0 for the model's own, 1 for those of a model within, and so on.</param>
/// <param name="Name">The name and, in brackets, the class.</param>
/// <param name="Shape">The output's shape; <c>?</c> where no data have told it yet.</param>
/// <param name="Parameters">The number of weights; null where they are not made yet.</param>
/// <param name="Trainable">Whether training changes it; null for what has no weights.</param>
/// <param name="Inputs">Where its inputs come from: name, number of the call, number of the result.</param>
internal sealed record SummaryRow(int Depth, string Name, string Shape, long? Parameters, bool? Trainable, string[] Inputs)
{
    /// <summary>The rows of a model in its order.</summary>
    internal static IEnumerable<SummaryRow> Of(Model model, bool expandNested) => Of(model, expandNested, model.FrozenSet(), 0);

    static IEnumerable<SummaryRow> Of(Layer model, bool expandNested, HashSet<object> frozen, int depth)
    {
        // asked before the graph: a Sequential that knows its input's shape is built by it
        var layers = (model as Model)?.Layers ?? [.. model.SubLayers.Select(s => s.Layer)];
        var graph = (model as Model)?.Graph;
        IEnumerable<object> operations = graph is null ? layers : model is Sequential ? graph.Layers.Where(l => l is not InputLayer) : graph.Operations;
        var names = graph is null ? [] : Names(graph);
        foreach (var operation in operations)
        {
            var calls = graph?.CallsOf(operation) ?? [];
            yield return Row(operation, calls, graph, names, frozen, depth);
            if (expandNested && operation is Layer layer && layer.SubLayers.Count > 0)
                foreach (var inner in Of(layer, true, frozen, depth + 1)) yield return inner;
        }
    }

    static SummaryRow Row(object operation, IReadOnlyList<Node> calls, ModelGraph? graph, Dictionary<object, string> names, HashSet<object> frozen, int depth)
    {
        var shape = calls.Count > 0 ? string.Join(", ", calls[0].Outputs.Select(o => o.Shape.ToString())) : "?";
        string[] inputs = graph is null ? [] : [.. calls.SelectMany(c => c.Inputs).Where(i => ModelGraph.IsOperation(i.Node)).Select(i => Source(i, graph, names))];
        if (operation is not Layer layer) return new(depth, $"{names[operation]} ({((Node)operation).Op.Name})", shape, 0, null, inputs);
        var parameters = layer.BuiltFor is null && calls.Count == 0 ? (long?)null : layer.Weights.Sum(w => w.Shape.Elements);
        return new(depth, $"{layer.Name} ({layer.GetType().Name})", shape, parameters, layer.Weights.Count > 0 ? layer.Trainable && !frozen.IsSupersetOf(layer.Parts.Where(p => p is not Layer { OwnWeights.Count: 0 })) : null, inputs);
    }

    static string Source(Variable input, ModelGraph graph, Dictionary<object, string> names)
    {
        var operation = ModelGraph.OperationOf(input.Node);
        var call = 0;
        while (graph.CallsOf(operation)[call] != input.Node) call++;
        return $"{names[operation]}[{call}][{input.Index}]";
    }

    /// <summary>Free ops are numbered by kind, as layers are.</summary>
    static Dictionary<object, string> Names(ModelGraph graph)
    {
        var taken = graph.Layers.Select(l => l.Name).ToHashSet();
        var names = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        foreach (var operation in graph.Operations)
        {
            var stem = operation is Layer layer ? layer.Name : KerasNames.Snake(((Node)operation).Op.Name);
            var name = stem;
            if (operation is not Layer)
                for (var n = 1; !taken.Add(name); n++) name = $"{stem}_{n}";
            names[operation] = name;
        }
        return names;
    }
}
