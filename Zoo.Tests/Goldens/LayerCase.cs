using System.IO.Compression;
using System.Text.Json;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>One case of <c>goldens/layers</c>: a layer, what it is fed, and what Keras computed.</summary>
sealed class LayerCase
{
    const string Index = "goldens/layers/index.json", Archive = "goldens/layers/layers.zip";
    static readonly Lazy<LayerCase[]> all = new(() =>
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Shared.File(Index)));
        return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => new LayerCase(c.Clone()))];
    });

    readonly JsonElement json;
    Dictionary<string, NDArray>? tensors;

    /// <param name="json">The entry of the index.</param>
    /// <param name="tensors">The tensors; by default those of the archive.</param>
    internal LayerCase(JsonElement json, Dictionary<string, NDArray>? tensors = null) => (this.json, this.tensors) = (json, tensors);

    /// <summary>All cases; skips the test where the goldens are absent.</summary>
    public static IReadOnlyList<LayerCase> All => all.Value;

    /// <summary>The classes of the index in their order; one word where there are no goldens, so that there is a test that says so.</summary>
    public static IEnumerable<string> Classes => Shared.Has(Index) ? All.Select(c => c.Layer).Distinct().Order(StringComparer.Ordinal) : ["none"];

    public string Name => json.GetProperty("name").GetString()!;

    /// <summary>The class of the layer.</summary>
    public string Layer => json.GetProperty("layer").GetString()!;

    /// <summary>The serialized layer: module, class_name, config.</summary>
    public Dictionary<string, object?> Config => (Dictionary<string, object?>)Json.Parse(JsonSerializer.SerializeToUtf8Bytes(json.GetProperty("config")), Name)!;

    /// <summary>Arguments of the layer's call: positional ones, then those by name; "input_0" marks an input of the model.</summary>
    public (JsonElement Args, JsonElement Kwargs) Call => (json.GetProperty("call").GetProperty("args"), json.GetProperty("call").GetProperty("kwargs"));

    public (Shape Shape, DType DType, Shape Model, bool ByName)[] Inputs =>
        [.. json.GetProperty("inputs").EnumerateArray().Select(i => (Dims(i.GetProperty("shape")), Type(i), Dims(i.GetProperty("model_shape")), i.GetProperty("keyword").GetBoolean()))];

    public (Shape Shape, DType DType, Shape Model)[] Outputs =>
        [.. json.GetProperty("outputs").EnumerateArray().Select(i => (Dims(i.GetProperty("shape")), Type(i), Dims(i.GetProperty("model_shape"))))];

    public (string Name, string Path, Shape Shape, bool Trainable)[] Weights =>
        [.. json.GetProperty("weights").EnumerateArray().Select(w => (w.GetProperty("name").GetString()!, w.GetProperty("path").GetString()!, Dims(w.GetProperty("shape")), w.GetProperty("trainable").GetBoolean()))];

    public string Precision => json.GetProperty("precision").GetString()!;

    public double Atol => json.GetProperty("atol").GetDouble();

    public double Rtol => json.GetProperty("rtol").GetDouble();

    /// <summary>grad, train, stateful, xla.</summary>
    public bool Flag(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The model that Keras saved: inputs and exactly this layer.</summary>
    public byte[] ModelFile => Shared.Entry(Archive, $"{Name}/model.keras");

    /// <summary>A tensor of the case, or null where Keras gave none.</summary>
    public NDArray? Tensor(string name)
    {
        tensors ??= SafeTensors.Load(new MemoryStream(Shared.Entry(Archive, $"{Name}/case.safetensors")), Name);
        return tensors.TryGetValue(name, out var tensor) ? tensor : Texts(name);
    }

    /// <summary>Strings, which safetensors cannot hold.</summary>
    NDArray? Texts(string name)
    {
        if (!json.TryGetProperty("string_tensors", out var all) || all.ValueKind != JsonValueKind.Object || !all.TryGetProperty(name, out var nested)) return null;
        var flat = new List<string>();
        Walk(nested);
        var at = int.Parse(name[(name.LastIndexOf('_') + 1)..]);
        return NDArray.From(flat.ToArray(), name.StartsWith("input", StringComparison.Ordinal) ? Inputs[at].Shape : Outputs[at].Shape);

        void Walk(JsonElement item)
        {
            if (item.ValueKind != JsonValueKind.Array) flat.Add(item.GetString()!);
            else foreach (var inner in item.EnumerateArray()) Walk(inner);
        }
    }

    public override string ToString() => Name;

    static DType Type(JsonElement item) => DTypes.Parse(item.GetProperty("dtype").GetString()!);

    static Shape Dims(JsonElement dims) => dims.ValueKind != JsonValueKind.Array ? Shape.Unknown
        : Shape.Create([.. dims.EnumerateArray().Select(d => d.ValueKind == JsonValueKind.Null ? Dim.Any : d.GetInt64())]);
}
