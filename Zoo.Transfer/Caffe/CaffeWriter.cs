using Google.Protobuf.Collections;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Graph;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Writes a net as Caffe's layers; what has no form there is gathered and reported at once.</summary>
sealed class CaffeWriter
{
    readonly NetParameter net = new();
    readonly Dictionary<Variable, string> blobs = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Variable, string> named = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Layer, (string Name, int Weights)> owners = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> names = [];
    readonly List<string> problems = [];

    /// <exception cref="GraphException">Nodes have no form in Caffe: lists all of them.</exception>
    public static NetParameter Write(GraphNet net)
    {
        var writer = new CaffeWriter();
        writer.Run(net);
        return writer.net;
    }

    /// <summary>The net without its weights: what a prototxt holds.</summary>
    public static NetParameter Definition(NetParameter net)
    {
        var bare = new NetParameter { Name = net.Name };
        foreach (var layer in net.Layer)
        {
            var kept = new RepeatedField<BlobProto> { layer.Blobs };
            layer.Blobs.Clear();
            bare.Layer.Add(layer.Clone());
            layer.Blobs.Add(kept);
        }
        return bare;
    }

    void Run(GraphNet from)
    {
        var model = from.ToKeras();
        net.Name = model.Name;
        foreach (var (name, value) in from.Values) named.TryAdd(value, name);
        foreach (var input in model.Inputs) Input(input);
        var order = Topology.Sort(model.Outputs.Select(o => o.Node));
        var flattened = order.Where(n => n.Tag is LayerCall { Layer: Dense }).Select(n => n[0]).ToHashSet<Variable>(ReferenceEqualityComparer.Instance);
        foreach (var node in order.Where(n => n.Op != StateOps.Placeholder && n.Op != StateOps.Const))
        {
            if (node.Tag is not LayerCall call) problems.Add($"{node.Name ?? node.Op.Name} ({node.Op.Name}): it is no layer");
            // InnerProduct flattens itself.
            else if (call.Layer is Flatten && !named.ContainsKey(node.Out) && flattened.Contains(node.Out)) blobs[node.Out] = Blob(node[0]);
            else Call(node, call.Layer);
        }
        if (problems.Count > 0)
            throw new GraphException($"SaveCaffe: {problems.Count} nodes have no form in Caffe: {string.Join("; ", problems.Take(20))}{(problems.Count > 20 ? "; …" : "")}. Expected layers of nets that are channels first, as LoadCaffe makes them. Cut the net with NewGraph, or write it in another format.");
    }

    void Input(Variable input)
    {
        var name = Unique(input.Name);
        blobs[input] = name;
        net.Layer.Add(new LayerParameter { Name = name, Type = "Input", Top = { name }, InputParam = new() { Shape = { new BlobShape { Dim = { input.Shape.Select(d => d < 0 ? 1 : d) } } } } });
    }

    void Call(Node node, Layer layer)
    {
        var (shapes, results) = (node.Inputs.Select(i => i.Shape).ToArray(), node.Outputs.Select(o => o.Shape).ToArray());
        LayerParameter? main;
        try
        {
            main = CaffeForms.Of(layer, shapes, results);
        }
        catch (GraphException e)
        {
            problems.Add($"{layer.Name} ({layer.GetType().Name}): {e.Message}");
            return;
        }
        if (main is null)
        {
            problems.Add($"{layer.Name} ({layer.GetType().Name}): Caffe has no such layer");
            return;
        }
        main.Name = Unique(named.GetValueOrDefault(node.Out) ?? layer.Name);
        main.Bottom.Add(node.Inputs.Select(Blob));
        for (var i = 0; i < node.Outputs.Length; i++)
        {
            var top = i == 0 ? main.Name : $"{main.Name}_{i}";
            main.Top.Add(top);
            blobs[node.Outputs[i]] = top;
        }
        Weights(layer, main);
        net.Layer.Add(main);
        // What Caffe has as a layer of its own works in place.
        foreach (var behind in CaffeForms.Behind(layer, results[0]))
        {
            behind.Name = Unique($"{main.Name}_{behind.Type.ToLowerInvariant()}");
            behind.Bottom.Add(main.Top[0]);
            behind.Top.Add(main.Top[0]);
            net.Layer.Add(behind);
        }
    }

    /// <summary>Weights, and for a layer that is called again the names by which Caffe shares them.</summary>
    void Weights(Layer layer, LayerParameter written)
    {
        if (layer.Weights.Count == 0) return;
        foreach (var blob in CaffeBlobs.Read(layer))
            written.Blobs.Add(new BlobProto { Shape = new() { Dim = { blob.Shape.Dims.ToArray() } }, Data = { blob.ToArray<float>() } });
        if (owners.TryAdd(layer, (written.Name, written.Blobs.Count))) return;
        var owner = net.Layer.First(l => l.Name == owners[layer].Name);
        if (owner.Param.Count == 0) owner.Param.Add(Enumerable.Range(0, owners[layer].Weights).Select(i => new ParamSpec { Name = $"{owner.Name}_{i}" }));
        written.Param.Add(owner.Param);
    }

    string Blob(Variable v)
    {
        if (blobs.TryGetValue(v, out var known)) return known;
        if (v.Node.Op != StateOps.Const || v.Node.Attrs.Get<NDArray>("value") is not { DType: DType.Float32, Count: > 0 } value || value.AsSpan<float>().ContainsAnyExcept(value.AsSpan<float>()[0]))
        {
            problems.Add($"{v}: Caffe has no such value");
            return blobs[v] = v.Name;
        }
        var name = Unique(named.GetValueOrDefault(v) ?? "constant");
        net.Layer.Add(new LayerParameter { Name = name, Type = "DummyData", Top = { name }, DummyDataParam = new() { Shape = { new BlobShape { Dim = { value.Shape.Dims.ToArray() } } }, DataFiller = { new FillerParameter { Value = value.AsSpan<float>()[0] } } } });
        return blobs[v] = name;
    }

    string Unique(string wished)
    {
        var name = wished;
        for (var n = 1; !names.Add(name); n++) name = $"{wished}_{n}";
        return name;
    }
}
