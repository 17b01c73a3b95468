using System.Reflection;
using Zoo.Keras.Graph;

namespace Zoo.Keras.Saving;

/// <summary>What the description of a layer or model holds beyond its keys: the layers of a model, the shapes it was built for, how it was compiled.</summary>
static class ModelWriter
{
    /// <summary>The configuration of a layer; that of a model holds its layers.</summary>
    public static Dictionary<string, object?> Config(KerasWriter writer, object value) => value switch
    {
        Sequential net => Stack(writer, net),
        Model { Graph: { } graph } model when model.GetType() == typeof(Model) => new FunctionalWriter(writer, model, graph).Config(),
        Model model when model.GetType() == typeof(Model) => throw new ModelFileException($"Save: {model.Name} is a Model without inputs and outputs. Expected new Model(inputs, outputs), or a class derived from Model."),
        _ => writer.Config(value),
    };

    static Dictionary<string, object?> Stack(KerasWriter writer, Sequential net)
    {
        var layers = net.Layers;
        Naming.Assign(layers);
        var config = writer.Config(net);
        var input = net.IsBuilt ? net.Inputs.Values[0].Node.Tag as InputLayer : null;
        config["layers"] = layers.Prepend(input).OfType<Layer>().Select(object? (l) => writer.Object(l)).ToList();
        if (input is not null) config["build_input_shape"] = writer.Value(input.BatchShape, () => "build_input_shape");
        return config;
    }

    /// <summary>Adds what stands beside the configuration.</summary>
    public static void Complete(KerasWriter writer, Layer layer, Dictionary<string, object?> written)
    {
        if (BuildShape(layer) is { } shapes) written["build_config"] = new Dictionary<string, object?> { ["input_shape"] = shapes.Count == 0 ? null : writer.Value(shapes is [var one] ? one : shapes, () => "build_config") };
        if (layer is Model model) written["compile_config"] = model.CompileConfig(writer);
    }

    /// <summary>The shapes that stand in build_config; none where Keras writes null; null where it writes no build_config.</summary>
    static IReadOnlyList<Shape>? BuildShape(Layer layer) => layer switch
    {
        InputLayer => null,
        Sequential net => net.IsBuilt ? net.BuiltFor : null,
        Model { Graph: not null } => [],
        Model => layer.BuiltFor,
        _ => HasBuild(layer.GetType()) ? layer.BuiltFor : null,
    };

    static bool HasBuild(Type type) => Array.Exists<Type[]>([[typeof(Shape)], [typeof(IReadOnlyList<Shape>)]],
        parameters => type.GetMethod("Build", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, parameters)?.DeclaringType != typeof(Layer));
}
