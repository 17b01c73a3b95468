using Zoo.Keras.Graph;

namespace Zoo.Keras.Saving;

/// <summary>Where the weights of a model stand in a file: <c>layers/dense_1/vars/0</c>, after classes, not names.</summary>
static class WeightTree
{
    // Some versions of Keras store the state of a layer's random numbers; here these derive from the model's seed and the step.
    const string Words = "vocabulary.txt", Values = "vars", Memory = "optimizer", PythonSeed = "seed_generator";

    /// <summary>Every layer of a model that has a group in the file, with the path of the group.</summary>
    public static List<(string Path, Layer Layer)> Of(Model model)
    {
        var found = new List<(string, Layer)>();
        Walk(model, "", found, new(ReferenceEqualityComparer.Instance));
        return found;
    }

    static void Walk(Layer layer, string path, List<(string, Layer)> found, HashSet<Layer> seen)
    {
        if (!seen.Add(layer)) return;
        found.Add((path, layer));
        if (layer is Model { Graph: not null } or Sequential)
        {
            Numbered(((Model)layer).Layers, path + "layers/", found, seen);
            return;
        }
        // Python keeps layers in attributes: the members' names in its style, in its order; several in one member are numbered by class.
        foreach (var member in layer.SubLayers.GroupBy(s => KerasNames.Snake(s.Member)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var inner = member.ToList();
            if (inner is [var (name, one)] && !SubLayers.IsList(layer, name)) Walk(one, $"{path}{member.Key}/", found, seen);
            else Numbered(inner.ConvertAll(i => i.Layer), $"{path}{member.Key}/", found, seen);
        }
    }

    static void Numbered(IEnumerable<Layer> layers, string path, List<(string, Layer)> found, HashSet<Layer> seen)
    {
        var count = new Dictionary<string, int>();
        foreach (var layer in layers)
        {
            var name = layer.DefaultName;
            var n = count[name] = count.GetValueOrDefault(name, -1) + 1;
            Walk(layer, n == 0 ? $"{path}{name}/" : $"{path}{name}_{n}/", found, seen);
        }
    }

    /// <summary>The vocabularies of layers that found theirs in data.</summary>
    public static IEnumerable<KeyValuePair<string, byte[]>> Assets(Model model) =>
        from place in Of(model) let words = place.Layer.Vocabulary where words is not null select KeyValuePair.Create(place.Path + Words, words);

    /// <summary>Gives layers the vocabularies that an archive has for them.</summary>
    public static void ReadAssets(KerasArchive archive, Model model)
    {
        var assets = archive.Assets().ToHashSet();
        foreach (var (path, layer) in Of(model))
            if (assets.Contains(path + Words)) layer.Vocabulary = archive.Asset(path + Words);
    }

    /// <summary>Gives layers that stand in no configuration, for layers make them for themselves, the names that their groups have; says whether any has another now.</summary>
    public static bool ReadNames(H5Group root, Model model, Func<Layer, bool> described)
    {
        var any = false;
        foreach (var (path, layer) in Of(model))
            if (!described(layer) && root.Find(path + Values) is H5Group group && group.Attributes.GetValueOrDefault("name") is string { Length: > 0 } name && name != layer.Name)
                (layer.Name, any) = (name, true);
        return any;
    }

    /// <summary>The values of all weights, and what the optimizer remembers.</summary>
    public static H5Group Write(Model model)
    {
        var root = new H5Group();
        foreach (var (path, layer) in Of(model)) Write(root, path, layer.Name, layer.StoredWeights, layer.NamedWeights, layer.Adaptation);
        if (model.Optimizer is { } optimizer) Write(root, $"{Memory}/", optimizer.Name, optimizer.VariablesOf(model.TrainableWeights));
        return root;
    }

    static void Write(H5Group root, string path, string name, IReadOnlyList<Parameter> weights, IReadOnlyList<(string Key, Parameter Weight)>? named = null, LowRank? adaptation = null)
    {
        var group = root.Group(path + Values);
        group.Attributes["name"] = name;
        for (var i = 0; i < weights.Count; i++) group.Add($"{i}", adaptation?.Stored(weights[i]) ?? weights[i].Value);
        foreach (var (key, weight) in named ?? []) group.Add(key, weight.Value);
    }

    /// <summary>The value that a file has for each weight, checked, none of them set yet.</summary>
    public static List<(Parameter Weight, NDArray Value)> Read(H5Group root, Model model, string where)
    {
        var values = new List<(Parameter, NDArray)>();
        var places = Of(model);
        string Both() => $"The file has weights at {List(Groups(root, ""))}; the model at {List(places.Where(p => p.Layer.StoredWeights.Count + p.Layer.NamedWeights.Count > 0).Select(p => p.Path.TrimEnd('/')))}. ";
        foreach (var (path, layer) in places)
        {
            values.AddRange(Read(root, path, layer.Name, [.. layer.StoredWeights.Select((w, i) => ($"{i}", w)), .. layer.NamedWeights], where, Both));
            values.AddRange(layer.Adaptation?.Added.Select(w => (w, NDArray.Zeros(w.Shape))) ?? []);   // they are in the sum already
        }
        if (Unused(root, "", [.. places.Select(p => p.Path + Values)]) is { } more)
            throw new ModelFileException($"Load: {where}: it has weights at '{more}', where the model has no layer. Expected weights of the model's layers alone. {Both()}Build the model as it was when the weights were saved.");
        return values;
    }

    static string List(IEnumerable<string> names) => names.Take(40).ToList() is { Count: > 0 } first ? string.Join(", ", first) + (first.Count == 40 ? ", …" : "") : "no place";

    /// <summary>Where a file has arrays of layers.</summary>
    static IEnumerable<string> Groups(H5Group group, string path) => group.Children.Where(c => path.Length > 0 || c.Key != Memory).SelectMany(c => c.Value is not H5Group inner ? []
        : c.Key == Values ? inner.Children.Count > 0 ? [path] : [] : Groups(inner, path.Length == 0 ? c.Key : $"{path}/{c.Key}"));

    /// <summary>What the optimizer of a compiled model remembered; nothing where the file has none, or it is another optimizer's.</summary>
    /// <param name="root">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="where">Names the file in errors.</param>
    /// <param name="must">Whether what does not fit is an error.</param>
    public static List<(Parameter Weight, NDArray Value)> ReadMemory(H5Group root, Model model, string where, bool must)
    {
        if (model.Optimizer is not { } optimizer || root.Find($"{Memory}/{Values}") is not H5Group stored) return [];
        var variables = optimizer.VariablesOf(model.TrainableWeights);
        var fits = stored.Children.Count == variables.Count && variables.Select((v, i) => stored.Children.GetValueOrDefault($"{i}") is H5Dataset data && data.Shape == v.Shape).All(same => same);
        return fits || must ? Read(root, $"{Memory}/", optimizer.Name, [.. variables.Select((w, i) => ($"{i}", w))], where) : [];
    }

    static List<(Parameter, NDArray)> Read(H5Group root, string path, string name, IReadOnlyList<(string Key, Parameter Weight)> weights, string where, Func<string>? both = null)
    {
        var stored = root.Find(path + Values) as H5Group;
        if ((stored?.Children.Count ?? 0) != weights.Count)
            throw new ModelFileException($"Load: {where}: '{path}{Values}' has {stored?.Children.Count ?? 0} arrays for {name}. Expected {weights.Count}{(weights.Count > 0 ? $": {string.Join(", ", weights.Select(w => w.Weight))}" : "")}. {both?.Invoke()}Build the model as it was when the weights were saved.");
        var values = new List<(Parameter, NDArray)>();
        foreach (var (key, weight) in weights)
        {
            if (stored!.Children.GetValueOrDefault(key) is not H5Dataset data || data.Shape != weight.Shape || data.DType == DType.String)
                throw new ModelFileException($"Load: {where}: '{path}{Values}/{key}' is {(stored.Children.GetValueOrDefault(key) is H5Dataset other ? $"{other.DType.Name()} {other.Shape}" : "no array")}. Expected {weight} of {name}. {both?.Invoke()}Build the model as it was when the weights were saved.");
            values.Add((weight, data.Read()));
        }
        return values;
    }

    /// <summary>A group of arrays that no layer reads.</summary>
    static string? Unused(H5Group group, string path, HashSet<string> used)
    {
        foreach (var (name, child) in group.Children)
        {
            var at = path.Length == 0 ? name : $"{path}/{name}";
            if (child is not H5Group inner || at == Memory || name == PythonSeed) continue;
            if (name == Values && inner.Children.Count > 0 && !used.Contains(at)) return at;
            if (name != Values && Unused(inner, at, used) is { } found) return found;
        }
        return null;
    }
}
