namespace Zoo.Keras.Saving;

/// <summary>Makes models from their descriptions, and what a description says beyond a layer's keys.</summary>
static class ModelReader
{
    static readonly string[] OfStack = ["layers", "build_input_shape"];

    /// <summary>The model of a description, or null where the class is no Sequential or functional model.</summary>
    public static Model? Model(KerasReader reader, Type type, Dictionary<string, object?> config, string where)
    {
        if (type == typeof(Sequential)) return Guard(where, () => Stack(reader, config, where));
        if (type != typeof(Model)) return null;
        var model = Guard(where, () => new FunctionalReader(reader, where).Read(config));
        if (config.GetValueOrDefault("name") is string name) model.Name = name;
        model.TrainableAlone = config.GetValueOrDefault("trainable") is not false;
        return model;
    }

    static Sequential Stack(KerasReader reader, Dictionary<string, object?> config, string where)
    {
        var net = (Sequential)reader.Create(typeof(Sequential), config.Where(c => !OfStack.Contains(c.Key)).ToDictionary(), where);
        var layers = Descriptions(config, where).ConvertAll(json => (Layer)reader.Object(json, typeof(Layer), where));
        if (layers is not [InputLayer, ..] && config.GetValueOrDefault("build_input_shape") is { } shape) net.Add(new InputLayer((Shape)reader.Value(shape, typeof(Shape), $"{where}, build_input_shape")!, net.DTypePolicy.ComputeDType));
        foreach (var layer in layers) net.Add(layer);
        _ = net.Layers;
        return net;
    }

    /// <summary>The layers of a model as they stand in its configuration.</summary>
    public static List<Dictionary<string, object?>> Descriptions(Dictionary<string, object?> config, string where) =>
        config.GetValueOrDefault("layers") is List<object?> list && list.TrueForAll(l => l is Dictionary<string, object?>) ? list.ConvertAll(l => (Dictionary<string, object?>)l!)
            : throw new ModelFileException($"Load: {where}: the model has no list of layers. Expected 'layers', as Keras writes it. Save the file again.");

    /// <summary>Makes the weights of a subclassed model, so that values can be read into them.</summary>
    public static void Build(KerasReader reader, Model model, Dictionary<string, object?> json, string where)
    {
        if (model.IsBuilt || model is Sequential || json.GetValueOrDefault("build_config") is not Dictionary<string, object?> build || build.GetValueOrDefault("input_shape") is not List<object?> { Count: > 0 } shape) return;
        var shapes = shape[0] is List<object?> ? shape : [shape];
        Guard(where, () =>
        {
            model.EnsureBuilt([.. shapes.Select(s => (((Shape)reader.Value(s, typeof(Shape), $"{where}, build_config")!)[1..], model.DTypePolicy.ComputeDType))]);
            return model;
        });
    }

    /// <summary>What layers say against being connected as the file has it is an error of the file.</summary>
    public static T Guard<T>(string where, Func<T> make)
    {
        try { return make(); }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or InvalidCastException or OverflowException or NotSupportedException)
        {
            throw new ModelFileException($"Load: {where}: the model cannot be made: {e.Message} Expected layers that fit together. Save the file again, or correct it.", e);
        }
    }
}
