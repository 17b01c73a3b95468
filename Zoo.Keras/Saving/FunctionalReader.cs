using System.Reflection;
using Zoo.Autograd.Graph;
using Zoo.Keras.Graph;

namespace Zoo.Keras.Saving;

/// <summary>Connects the layers of a functional model as its configuration says.</summary>
sealed class FunctionalReader(KerasReader reader, string where)
{
    readonly Dictionary<string, Entry> entries = [];

    /// <summary>An operation with the results of those of its calls that were made already.</summary>
    sealed class Entry
    {
        public required string Name { get; init; }
        public Layer? Layer { get; init; }
        public FreeOp? Op { get; init; }
        public Dictionary<string, object?> Config { get; init; } = [];
        public List<object?> Calls { get; init; } = [];
        public List<Variable[]> Made { get; } = [];
        public List<Entry> Waiting { get; } = [];
    }

    ModelFileException Bad(string what, string expected) => new($"Load: {where}: {what}. Expected {expected}. Save the file again, or correct it.");

    public Model Read(Dictionary<string, object?> config)
    {
        foreach (var json in ModelReader.Descriptions(config, where))
        {
            var entry = Make(json);
            if (!entries.TryAdd(entry.Name, entry)) throw Bad($"two layers are named '{entry.Name}'", "a name of its own for each");
        }
        Connect();
        return new Model(Structure(config.GetValueOrDefault("input_layers"), "input_layers"), Structure(config.GetValueOrDefault("output_layers"), "output_layers"));
    }

    Entry Make(Dictionary<string, object?> json)
    {
        var name = json.GetValueOrDefault("name") as string ?? KerasReader.Config(json, where).GetValueOrDefault("name") as string ?? throw Bad("a layer has no name", "one");
        var calls = json.GetValueOrDefault("inbound_nodes") switch { null => [], List<object?> list => list, var other => throw Bad($"the calls of '{name}' are {Json.Write(other)}", "a list") };
        if (FreeOps.Describes(json))
            return new() { Name = name, Op = FreeOps.Named(json.GetValueOrDefault("class_name") as string ?? "", $"{where} '{name}'"), Config = KerasReader.Config(json, where), Calls = calls };
        var layer = (Layer)reader.Object(json, typeof(Layer), where);
        if (layer.Name != name) layer.Name = name;
        var entry = new Entry { Name = name, Layer = layer, Calls = layer is InputLayer ? [] : calls };
        if (layer is InputLayer input) entry.Made.Add([input.Variable]);
        return entry;
    }

    /// <summary>Makes all calls: one that needs a result which is not there yet waits for it.</summary>
    void Connect()
    {
        var ready = new Queue<Entry>(entries.Values);
        while (ready.TryDequeue(out var entry))
            while (entry.Made.Count - (entry.Layer is InputLayer ? 1 : 0) < entry.Calls.Count)
            {
                var call = entry.Calls[entry.Made.Count] as Dictionary<string, object?> ?? throw Bad($"a call of '{entry.Name}' is {Json.Write(entry.Calls[entry.Made.Count])}", "args and kwargs, as Keras 3 writes them");
                if (Missing(call) is { } missing)
                {
                    missing.Waiting.Add(entry);
                    break;
                }
                var spot = $"{where} '{entry.Name}'";
                entry.Made.Add(ModelReader.Guard(spot, () => entry.Layer is { } layer ? Apply(layer, call, spot) : Apply(entry, call, spot)));
                entry.Waiting.ForEach(ready.Enqueue);
                entry.Waiting.Clear();
            }
        if (entries.Values.FirstOrDefault(e => e.Made.Count < e.Calls.Count) is { } stuck)
            throw Bad($"the inputs of '{stuck.Name}' are never there: the graph has a circle or a gap", "a graph from inputs to outputs");
    }

    /// <summary>An operation whose result a call needs and that is not there yet.</summary>
    Entry? Missing(object? json)
    {
        switch (json)
        {
            case List<object?> list:
                return list.Select(Missing).FirstOrDefault(e => e is not null);
            case Dictionary<string, object?> map when map.GetValueOrDefault("class_name") is "__keras_tensor__":
                var (name, index, _) = History(KerasReader.Config(map, where).GetValueOrDefault("keras_history"));
                var entry = Find(name);
                return entry.Made.Count > index ? null : entry;
            case Dictionary<string, object?> map:
                return map.Values.Select(Missing).FirstOrDefault(e => e is not null);
            default: return null;
        }
    }

    Entry Find(string name) => entries.GetValueOrDefault(name) ?? throw Bad($"the layer '{name}' is used and not there", $"one of {string.Join(", ", entries.Keys)}");

    (string Name, int Call, int Output) History(object? json) => json is List<object?> list && list is [string name, long and >= 0 and < int.MaxValue and var call, long and >= 0 and < int.MaxValue and var output]
        ? (name, (int)call, (int)output) : throw Bad($"a tensor comes from {Json.Write(json)}", "a layer's name, the number of the call and that of the result");

    Variable Tensor(object? history, int first = 0)
    {
        var (name, call, output) = History(history);
        var entry = Find(name);
        if (first > 0 && entry.Layer is Model and not Sequential) call -= 1;
        return call >= 0 && call < entry.Made.Count && output < entry.Made[call].Length ? entry.Made[call][output]
            : throw Bad($"the tensor {Json.Write(history)} does not exist", $"one of {entry.Made.Count} calls of '{name}'");
    }

    /// <summary>A value in a call: tensors of the graph become Variables, the rest plain values.</summary>
    object? Value(object? json) => json switch
    {
        List<object?> list => list.ConvertAll(Value),
        Dictionary<string, object?> map when map.GetValueOrDefault("class_name") is string name && map.ContainsKey("config") => Described(name, map),
        Dictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Value(p.Value)),
        _ => json,
    };

    object? Described(string name, Dictionary<string, object?> map)
    {
        var config = KerasReader.Config(map, where);
        return name switch
        {
            "__keras_tensor__" => Tensor(config.GetValueOrDefault("keras_history")),
            "__numpy__" or "__tensor__" => KerasCollections.Numbers(config, where),
            "__slice__" => new SliceOfAxis(config.GetValueOrDefault("start") as long?, config.GetValueOrDefault("stop") as long?, config.GetValueOrDefault("step") as long?),
            "__ellipsis__" => new RestOfAxes(),
            _ => reader.Value(map, typeof(object), where),
        };
    }

    static (List<object?> Args, Dictionary<string, object?> Kwargs) Parts(object? args, object? kwargs) =>
        (args as List<object?> ?? [], kwargs as Dictionary<string, object?> ?? []);

    Variable[] Apply(Entry entry, Dictionary<string, object?> call, string spot)
    {
        var (args, kwargs) = Parts(Value(call.GetValueOrDefault("args")), Value(call.GetValueOrDefault("kwargs")));
        if (kwargs.FirstOrDefault(k => k.Value is not null) is { Key: { } key }) throw Bad($"the operation '{entry.Name}' gets '{key}' by name", "arguments by position");
        var made = entry.Op!.Read(new(entry.Config, args, spot));
        return [Named(made, entry.Name, args)];
    }

    /// <summary>Gives the node of an operation its name, unless it did nothing and the result is an argument.</summary>
    static Variable Named(Variable made, string name, List<object?> args)
    {
        var node = made.Node;
        if (node.Tag is not null || node.Name is not null || args.Exists(a => a is Variable v && v.Node == node || a is List<object?> list && list.Exists(i => i is Variable w && w.Node == node))) return made;
        return node.Op.Call(node.Inputs, node.Attrs, name, node.Tag, node.Controls).Outputs[made.Index];
    }

    Variable[] Apply(Layer layer, Dictionary<string, object?> call, string spot)
    {
        var (args, kwargs) = Parts(Value(call.GetValueOrDefault("args")), Value(call.GetValueOrDefault("kwargs")));
        var arguments = args.ConvertAll(a => new CallArgument(null, Tree(a)));
        foreach (var input in arguments.SelectMany(a => CallForm.Leaves(a.Value)))
            if (input is not (null or Variable)) throw Bad($"'{layer.Name}' gets {Shown(input)} as an input", "tensors");
        var declared = layer.GetType().GetCustomAttributes<KerasCallArgumentAttribute>().DistinctBy(a => a.Name).ToDictionary(a => a.Name, a => a.Value);
        bool Usual(string key, object? value) => declared.TryGetValue(key, out var usual) && (Empty(value) ? usual is null : KerasReader.Same(value, usual));
        // A call that restates all defaults was written without them.
        if (kwargs.Count == declared.Count && kwargs.All(k => Usual(k.Key, k.Value))) kwargs = [];
        foreach (var (key, value) in kwargs)
        {
            var tree = Tree(value);
            if (key != "training" && !Empty(value) && !CallForm.Leaves(tree).Any(v => v is Variable) && !declared.ContainsKey(key))
                throw Bad($"'{layer.Name}' is called with {key} = {Shown(value)}, which {layer.GetType().Name} does not support", declared.Count > 0 ? $"a tensor, nothing, or one of {string.Join(", ", declared.Keys)}" : "a tensor, or nothing");
            arguments.Add(new(key, tree));
        }
        return layer.CallNode(arguments).Outputs;
    }

    static object? Tree(object? value) => value switch
    {
        List<object?> list => list.ConvertAll(Tree).ToArray(),
        Dictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Tree(p.Value)),
        _ => value,
    };

    static string Shown(object? value) => value switch { null => "nothing", NDArray array => $"an array {array.Shape}", List<object?> => "a list", bool or long or double or string => Json.Write(value), _ => value.GetType().Name };

    /// <summary>A mask that is not there, also one for each of several inputs.</summary>
    static bool Empty(object? value) => value switch { null => true, List<object?> list => list.TrueForAll(Empty), Dictionary<string, object?> map => map.Values.All(Empty), _ => false };

    /// <summary>The inputs or outputs, in the form in which the model was given them.</summary>
    Ports Structure(object? json, string what)
    {
        var first = what == "output_layers" ? 1 : 0;
        return Ports.Of(Part(json));

        object? Part(object? part) => part switch
        {
            List<object?> list when list is [string, ..] => Tensor(list, first),
            List<object?> list => list.ConvertAll(Part).ToArray(),
            Dictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Part(p.Value)),
            _ => throw Bad($"{what} is {Json.Write(json)}", "a tensor, or lists and dictionaries of tensors"),
        };
    }
}
