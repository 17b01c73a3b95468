using Zoo.Keras;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Layers that have weights in common because their parameters have the same names: one layer, applied several times.</summary>
sealed class CaffeSharing
{
    readonly Dictionary<string, (LayerParameter Owner, int Blob, CaffeLayer Read)> owners = [];

    /// <summary>The layer whose weights a layer is to have; null where it has its own.</summary>
    /// <exception cref="GraphException">It shares some of its weights only, or is another kind of layer.</exception>
    public Layer? Twin(LayerParameter layer)
    {
        var shared = layer.Param.Where(p => p.Name.Length > 0 && owners.ContainsKey(p.Name)).ToArray();
        if (shared.Length == 0) return null;
        var owner = owners[shared[0].Name];
        if (shared.Length != owner.Owner.Param.Count || layer.Param.Count != owner.Owner.Param.Count || layer.Param.Select((p, i) => owners[p.Name] == (owner.Owner, i, owner.Read)).Contains(false) || !Alike(layer, owner.Owner))
            throw new GraphException($"it shares the weight '{shared[0].Name}' with layer '{owner.Owner.Name}', but not all weights and settings. Expected layers that are alike where they share");
        return owner.Read.Applied;
    }

    public void Add(LayerParameter layer, CaffeLayer read)
    {
        if (read.Applied is null) return;
        for (var i = 0; i < layer.Param.Count; i++)
            if (layer.Param[i].Name.Length > 0) owners.TryAdd(layer.Param[i].Name, (layer, i, read));
    }

    static bool Alike(LayerParameter a, LayerParameter b) => Bare(a).Equals(Bare(b));

    /// <summary>A layer's settings alone; what weights begin with does not matter.</summary>
    static LayerParameter Bare(LayerParameter layer)
    {
        LayerParameter bare = new() { Type = layer.Type };
        foreach (var field in LayerParameter.Descriptor.Fields.InDeclarationOrder())
        {
            if (!field.Name.EndsWith("_param", StringComparison.Ordinal) || field.Accessor.GetValue(layer) is not Google.Protobuf.IMessage settings) continue;
            var copy = settings.Descriptor.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(settings));
            foreach (var inner in copy.Descriptor.Fields.InDeclarationOrder())
                if (inner.Name.EndsWith("filler", StringComparison.Ordinal) || inner.Name == "engine") inner.Accessor.Clear(copy);
            field.Accessor.SetValue(bare, copy);
        }
        return bare;
    }
}
