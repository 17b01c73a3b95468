using System.Reflection;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;

namespace Zoo.Keras.Saving;

/// <summary>The graph of a functional model as Keras describes it: its operations in order, each with its calls.</summary>
sealed class FunctionalWriter
{
    readonly KerasWriter writer;
    readonly Model model;
    readonly ModelGraph graph;
    readonly Dictionary<object, string> names;

    public FunctionalWriter(KerasWriter writer, Model model, ModelGraph graph)
    {
        (this.writer, this.model, this.graph) = (writer, model, graph);
        if (graph.Parameters is [var loose, ..])
            throw new ModelFileException($"Save: {model.Name} uses the Parameter {loose.Name} outside of a layer, and files keep weights in layers only. Expected a layer around it. Write a class derived from Layer that makes it with Weight.");
        names = graph.Names();
    }

    public Dictionary<string, object?> Config() => new()
    {
        ["name"] = model.Name,
        ["trainable"] = writer.Trains(model),
        ["layers"] = graph.Operations.Select(object? (o) => Entry(o)).ToList(),
        ["input_layers"] = model.Inputs.Map(v => Place(v, 0)),
        // A model within counts its outputs here from 1, as Keras does; in the arguments of calls from 0.
        ["output_layers"] = model.Outputs.Map(v => Place(v, ModelGraph.OperationOf(v.Node) is Model and not Sequential ? 1 : 0)),
    };

    List<object?> Place(Variable v, int first)
    {
        var operation = ModelGraph.OperationOf(v.Node);
        return [names[operation], (long)(first + IndexOf(graph.CallsOf(operation), v.Node)), (long)v.Index];
    }

    static int IndexOf(IReadOnlyList<Node> calls, Node node)
    {
        var at = 0;
        while (calls[at] != node) at++;
        return at;
    }

    Dictionary<string, object?> Entry(object operation)
    {
        var entry = operation is Layer layer ? writer.Object(layer) : FreeOps.Of((Node)operation).Describe((Node)operation, names[operation]);
        entry["name"] = names[operation];
        entry["inbound_nodes"] = operation is InputLayer ? [] : graph.CallsOf(operation).Select(object? (n) => Call(operation, n)).ToList();
        return entry;
    }

    Dictionary<string, object?> Call(object operation, Node node)
    {
        var (args, kwargs) = operation is Layer layer ? Arguments(layer, (LayerCall)node.Tag!, node) : (FreeOps.Of(node).Arguments(node, Argument), []);
        return new() { ["args"] = args, ["kwargs"] = kwargs };
    }

    (List<object?>, Dictionary<string, object?>) Arguments(Layer layer, LayerCall call, Node node)
    {
        var (args, kwargs) = (new List<object?>(), new Dictionary<string, object?>());
        foreach (var (name, value) in call.Form.Arguments)
        {
            var written = CallForm.Map(value, v => v is InputAt at ? Argument(node.Inputs[at.Index]) : v);
            if (name is null) args.Add(written);
            else kwargs[name] = written;
        }
        // Keras states defaults where it did not have to convert an argument; a functional model converts none.
        var asIs = layer is Model and not Sequential || kwargs.Count == 0 && call.Training is null && call.Form.Arguments is [(_, InputAt)] && node[0].DType == layer.DTypePolicy.ComputeDType;
        if (call.Training is { } training) kwargs["training"] = training;
        var masks = layer is Model { Graph: not null } inner and not Sequential ? inner.Inputs.Map(_ => null) : null;
        if (asIs)
            foreach (var argument in layer.GetType().GetCustomAttributes<KerasCallArgumentAttribute>()) kwargs.TryAdd(argument.Name, argument.Name == "mask" ? masks : argument.Value);
        return (args, kwargs);
    }

    /// <summary>A tensor of the graph, or the value of a constant.</summary>
    object? Argument(Variable v)
    {
        if (v.Node.Op == StateOps.Const)
        {
            var value = (NDArray)v.Node.Attrs["value"]!;
            if (value.Shape.Rank > 0) return writer.Value(value, () => v.Name);
            return value.DType == DType.Bool ? value.Number(0) != 0 : value.DType.IsFloat() ? value.Number(0) : (object)(long)value.Number(0);
        }
        return new Dictionary<string, object?>
        {
            ["class_name"] = "__keras_tensor__",
            ["config"] = new Dictionary<string, object?> { ["shape"] = writer.Value(v.Shape, () => v.Name), ["dtype"] = v.DType.Name(), ["keras_history"] = Place(v, 0) },
        };
    }
}
