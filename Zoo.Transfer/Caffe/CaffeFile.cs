using System.Text;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>A file of Caffe's: a net in text (prototxt) or binary form (caffemodel), told apart by what it contains.</summary>
sealed class CaffeFile
{
    CaffeFile(string where, NetParameter net, IReadOnlyDictionary<LayerParameter, IReadOnlyList<TextField>> extra, List<string> warnings) => (Where, Net, Extra, Warnings) = (where, net, extra, warnings);

    /// <summary>How messages call the file.</summary>
    public string Where { get; }

    /// <summary>The net; its layers in today's form.</summary>
    public NetParameter Net { get; }

    /// <summary>Fields of layers, in text, that the schema does not have: settings of layer types of others.</summary>
    public IReadOnlyDictionary<LayerParameter, IReadOnlyList<TextField>> Extra { get; }

    /// <summary>What was read over.</summary>
    public List<string> Warnings { get; }

    /// <exception cref="ImportException">The file cannot be opened, or is no net.</exception>
    public static CaffeFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var where = $"LoadCaffe: '{path}'";
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > int.MaxValue } large) throw Bad(where, $"it has {large.Length} bytes. Expected at most 2 GB, which is protobuf's limit.");
            return Parse(File.ReadAllBytes(path), where);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(where, $"it cannot be opened: {e.Message} Expected a prototxt or caffemodel. Check the path.");
        }
    }

    /// <exception cref="ImportException">The bytes are no net.</exception>
    public static CaffeFile Parse(byte[] bytes, string where)
    {
        var warnings = new List<string>();
        var extra = new Dictionary<IMessage, List<TextField>>(ReferenceEqualityComparer.Instance);
        NetParameter net;
        try
        {
            if (IsText(bytes)) net = TextFormat.Parse<NetParameter>(Encoding.UTF8.GetString(bytes), Unknown);
            else
            {
                warnings.AddRange(WireFields.Unknown(bytes, NetParameter.Descriptor).Select(f => $"{where}: {f}; it is not read."));
                net = NetParameter.Parser.ParseFrom(bytes);
            }
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException or OverflowException)
        {
            throw Bad(where, $"it is no net, or a damaged one: {e.Message} Expected Caffe's NetParameter as text or binary. Write the file again.");
        }
        if (net.Layer.Count + net.Layers.Count == 0) throw Bad(where, "it has no layers. Expected Caffe's NetParameter with layers.");
        var upgraded = new Dictionary<LayerParameter, IReadOnlyList<TextField>>(ReferenceEqualityComparer.Instance);
        foreach (var layer in net.Layer)
            if (extra.GetValueOrDefault(layer) is { } fields) upgraded[layer] = fields;
        foreach (var old in CaffeUpgrade.WithoutPadding(net.Layers))
        {
            var layer = CaffeUpgrade.Layer(old);
            net.Layer.Add(layer);
            if (extra.GetValueOrDefault(old) is { } fields) upgraded[layer] = fields;
        }
        net.Layers.Clear();
        return new(where, net, upgraded, warnings);

        void Unknown(IMessage owner, TextField field)
        {
            if (owner is LayerParameter or V1LayerParameter)
            {
                if (!extra.TryGetValue(owner, out var list)) extra[owner] = list = [];
                list.Add(field);
            }
            else warnings.Add($"{where}: {owner.Descriptor.Name} has an unknown field '{field.Name}'; it is not read.");
        }
    }

    /// <summary>Writes a net as text or binary, beside and renamed.</summary>
    public static void Save(NetParameter net, string path, bool text) => AtomicFile.Write(path, stream =>
    {
        if (!text)
        {
            net.WriteTo(stream);
            return;
        }
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        TextFormat.Print(net, writer);
    });

    static ImportException Bad(string where, string what) => new($"{where}: {what}", []);

    /// <summary>A binary net has the tags of its fields, which are control characters, near its beginning.</summary>
    static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes[..Math.Min(bytes.Length, 1 << 12)])
            if (b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v')) return false;
        return true;
    }
}
