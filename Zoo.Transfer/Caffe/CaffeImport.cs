using Zoo.Keras;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>One reading of a net: layer by layer, as Caffe runs them. What cannot be read is gathered and reported at once.</summary>
sealed class CaffeImport
{
    readonly CaffeOptions options;
    readonly CaffeFile definition;
    readonly Dictionary<string, LayerParameter> weights = [];
    readonly List<string> warnings;
    readonly List<ImportProblem> problems = [];
    readonly List<Variable> inputs = [];
    readonly List<(string Name, Variable Value)> nodes = [];
    readonly HashSet<string> names;
    readonly bool recurrent;
    readonly CaffeBlobNames blobs = new();
    readonly CaffeSharing sharing = new();
    long elements;

    CaffeImport(CaffeFile definition, CaffeFile? model, CaffeOptions options)
    {
        (this.definition, this.options) = (definition, options);
        warnings = [.. definition.Warnings, .. model?.Warnings ?? []];
        foreach (var layer in model?.Net.Layer ?? []) weights.TryAdd(layer.Name, layer);
        names = [.. definition.Net.Layer.Select(l => l.Name)];
        recurrent = definition.Net.Layer.Any(l => l.Type is "LSTM" or "RNN");
    }

    /// <summary>The net of a definition with the weights of a model.</summary>
    /// <exception cref="ImportException">Some layers cannot be read: lists all of them.</exception>
    public static GraphNet Read(CaffeFile definition, CaffeFile? model, CaffeOptions options)
    {
        var import = new CaffeImport(definition, model, options);
        return import.Run();
    }

    GraphNet Run()
    {
        var plan = CaffePlan.Of(definition, options, warnings);
        foreach (var layer in plan.Layers) Guard(layer, () => Convert(layer, plan));
        if (problems.Count == 0 && blobs.Outputs(plan) is [])
            problems.Add(new(definition.Net.Name, "Net", "it gives nothing. Expected layers for inference"));
        if (problems.Count > 0) throw Report(plan);
        foreach (var name in weights.Keys.Except(plan.Layers.Select(l => l.Name)).Where(n => weights[n].Blobs.Count > 0).Take(20))
            warnings.Add($"{definition.Where}: the caffemodel has weights of a layer '{name}', which the net does not have.");
        foreach (var name in options.InputShapes.Keys.Except(inputs.Select(i => i.Name)))
            warnings.Add($"{definition.Where}: a shape was given for '{name}', which is no input of the net; its inputs are {string.Join(", ", inputs.Select(i => i.Name))}.");
        try
        {
            return GraphNet.Of([.. inputs], nodes, blobs.Outputs(plan), warnings);
        }
        catch (GraphException e)
        {
            throw new ImportException($"{definition.Where}: its layers make no net: {e.Message}", []);
        }
    }

    void Convert(LayerParameter layer, CaffePlan plan)
    {
        var bottoms = new Variable[layer.Bottom.Count];
        for (var i = 0; i < bottoms.Length; i++)
        {
            if (blobs.IsLost(layer.Bottom[i]))
            {
                blobs.Lose(layer);   // what it comes from is reported already
                if (Net.Caffe.Find(layer.Type) is null) Unknown(layer);
                return;
            }
            bottoms[i] = blobs.Find(layer.Bottom[i]) ?? throw new GraphException($"its bottom '{layer.Bottom[i]}' is given by no layer before it");
        }
        if (plan.IsSource(layer))
        {
            for (var i = 0; i < layer.Top.Count; i++)
                if (plan.IsUsed(layer.Top[i])) Input(layer, i, plan);
            return;
        }
        if (Net.Caffe.Find(layer.Type) is not { } converter)
        {
            Unknown(layer);
            return;
        }
        if (bottoms.Length == 0 && layer.Type is not "DummyData")
        {
            // BigDL writes nets whose first layer names no bottom.
            var name = $"{layer.Name}_input";
            bottoms = [Made(name, null, layer)];
            nodes.Add((name, bottoms[0]));
        }
        if (layer.Bottom.Count > 0 && layer.Top.Count == 0) return;
        var (extra, given) = (definition.Extra.GetValueOrDefault(layer) ?? [], weights.GetValueOrDefault(layer.Name) ?? layer);
        var context = new CaffeLayer(layer, bottoms, [.. given.Blobs.Select(CaffeBlobs.Array)], extra, this) { Twin = sharing.Twin(layer) };
        given.Blobs.Clear();   // their memory is not needed any more
        var results = converter(context);
        if (results.Length < layer.Top.Count) throw new GraphException($"it has {layer.Top.Count} tops, but its type gives {results.Length}");
        foreach (var field in context.Unread) warnings.Add($"{definition.Where}: layer '{layer.Name}' has an unknown field '{field}'; it is not read.");
        sharing.Add(layer, context);
        for (var i = 0; i < layer.Top.Count; i++)
        {
            nodes.Add((i == 0 ? layer.Name : $"{layer.Name}:{i}", results[i]));
            blobs.Set(layer.Top[i], results[i]);
        }
        if (context.Applied is { Weights.Count: > 0 } && context.Blobs.Count == 0 && weights.Count > 0)
            warnings.Add($"{definition.Where}: the caffemodel has no weights for layer '{layer.Name}'; they have the first values that the layer's class gives.");
    }

    /// <summary>Gives a layer the weights of the file.</summary>
    internal void Fill(CaffeLayer context, Layer layer)
    {
        if (context.Blobs.Count > 0) CaffeBlobs.Write(layer, context.Blobs);
        else foreach (var weight in layer.Weights) Count(weight.Shape.Elements);
    }

    /// <summary>A name for a layer beside one of the file's, which no layer of the file has.</summary>
    internal string Beside(string name)
    {
        while (!names.Add(name)) name += "_";
        return name;
    }

    internal void Count(long more)
    {
        elements = checked(elements + more);
        if (elements > options.MostElements)
            throw new GraphException($"weights and constants have {elements} elements and more, which the file does not hold. Expected at most {options.MostElements}: set MostElements of CaffeOptions where the net is meant to be so large");
    }

    void Input(LayerParameter layer, int top, CaffePlan plan)
    {
        var name = layer.Top[top];
        var made = Made(name, plan.Shape(layer, top, warnings, definition.Where), layer);
        blobs.Set(name, made);
        nodes.Add((name, made));
    }

    /// <summary>An input of the net, of a shape with the batch that the file declares, or of one that the caller gives.</summary>
    Variable Made(string name, Shape? declared, LayerParameter layer)
    {
        if (declared is { Rank: 0 } || declared?.Any(d => d <= 0) == true) throw new GraphException($"the input '{name}' has shape {declared}. Expected positive sizes, the first being the batch");
        var sample = options.InputShapes.GetValueOrDefault(name) ?? declared?[1..]
            ?? throw new GraphException($"the input '{name}' has no shape in the file. Give it in CaffeOptions.InputShapes, without the batch: [\"{name}\"] = [3, 224, 224]");
        // Axis 0 is the batch; of recurrent nets it is the steps, whose number the file fixes.
        var made = K.Input(sample, name, batchSize: recurrent && declared is not null ? checked((int)declared[0]) : null);
        inputs.Add(made);
        return made;
    }

    void Unknown(LayerParameter layer)
    {
        problems.Add(new(layer.Name, layer.Type, "its type is not known"));
        blobs.Lose(layer);
    }

    void Guard(LayerParameter layer, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is GraphException or ArgumentException or ArithmeticException or InvalidOperationException)
        {
            problems.Add(new(layer.Name, layer.Type, e.Message.TrimEnd('.')));
            blobs.Lose(layer);
        }
    }

    ImportException Report(CaffePlan plan)
    {
        const int shown = 20;
        var list = string.Join("; ", problems.Take(shown).Select(p => $"{p.Node} ({p.Op}): {Short(p.Reason)}"));
        var unknown = problems.FirstOrDefault(p => p.Reason == "its type is not known")?.Op;
        return new($"{definition.Where}: {problems.Count} of {plan.Layers.Count} layers cannot be imported: {list}{(problems.Count > shown ? "; …" : "")}. Expected layers that can be."
            + (unknown is null ? "" : $" Register a converter with Net.Caffe.Register(\"{unknown}\", …)."), problems);
    }

    static string Short(string text) => text.Length > 300 ? text[..300] + "…" : text;
}
