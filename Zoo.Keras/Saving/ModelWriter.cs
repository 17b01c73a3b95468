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
        if (BuildConfig(writer, layer) is { } build) written["build_config"] = build;
        if (layer is Model model) written["compile_config"] = model.CompileConfig(writer);
    }

    /// <summary>The shapes that a layer was built for; none where Keras writes null; null where it writes no build_config.</summary>
    static Dictionary<string, object?>? BuildConfig(KerasWriter writer, Layer layer)
    {
        if (layer is InputLayer) return null;
        if (layer is Model { Graph: not null } and not Sequential) return new() { ["input_shape"] = null };
        if (layer is Model)
            return layer.BuiltFor is { } shapes ? new() { ["input_shape"] = writer.Value(shapes is [var one] ? one : shapes, () => "build_config") } : null;
        var form = layer.GetType().GetCustomAttribute<KerasBuildConfigAttribute>();
        if (form is { IsEmpty: true }) return [];
        var has = HasBuild(layer.GetType(), out var several);
        if (layer.BuiltShapes is not [var first, ..] || form is null && !has) return null;
        return several && layer.BuiltShapes.Count > 1
            ? new() { ["shapes_dict"] = layer.BuiltShapes.ToDictionary(s => $"{s.Name}_shape", s => writer.Value(s.Value, () => "build_config")) }
            : new() { ["input_shape"] = writer.Value(first.Value, () => "build_config") };
    }

    static bool HasBuild(Type type, out bool several)
    {
        bool Overrides(Type shapes) => type.GetMethod("Build", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, [shapes])?.DeclaringType != typeof(Layer);
        several = Overrides(typeof(IReadOnlyList<Shape>));
        return several || Overrides(typeof(Shape));
    }
}
