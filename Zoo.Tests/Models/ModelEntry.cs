using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Goldens;
using Zoo.Transfer;

namespace Zoo.Tests.Models;

/// <summary>One entry of <c>index.json</c> among the model files (<c>ZOO_MODELS</c>), with what a real runtime made of it.</summary>
internal sealed partial class ModelEntry
{
    readonly JsonElement json;

    ModelEntry(JsonElement json) => this.json = json;

    public string Name => json.GetProperty("name").GetString()!;

    public string Kind => json.GetProperty("kind").GetString()!;

    /// <summary>The entry's files that end so, within the folder of models.</summary>
    public IEnumerable<string> Files(string ending) => json.GetProperty("files").EnumerateArray().Select(f => f.GetString()!).Where(f => f.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>The full path of a file of the entry.</summary>
    public static string Path(string file) => Shared.File($"models/{file}");

    public (double Relative, double Absolute) Tolerance => json.TryGetProperty("tolerance", out var t) && t.ValueKind == JsonValueKind.Object
        ? (Number(t, "rtol", 1e-3), Number(t, "atol", 1e-4)) : (1e-3, 1e-4);

    /// <summary>The shape of the input where its numbers come from the recipe.</summary>
    public Shape? InputShape => json.TryGetProperty("input_shape", out var s) && s.ValueKind == JsonValueKind.Array ? Shape.Create([.. s.EnumerateArray().Select(d => d.GetInt64())]) : null;

    /// <summary>The reference's arrays by name; null where there is none.</summary>
    public Dictionary<string, NDArray>? Reference() => Files(".safetensors").FirstOrDefault() is { } file ? SafeTensors.Load(Path(file)) : null;

    /// <summary>The inputs by name, bytes made floats as the entry says.</summary>
    public Dictionary<string, NDArray> Inputs(Dictionary<string, NDArray> reference)
    {
        var inputs = new Dictionary<string, NDArray>();
        foreach (var (key, value) in reference)
        {
            if (key.StartsWith("input/", StringComparison.Ordinal)) inputs[key[6..]] = value;
            else if (key.StartsWith("input_u8/", StringComparison.Ordinal))
            {
                var note = json.GetProperty("reference").GetProperty("input_note").GetString()!;
                var (less, by) = (Part(Less(), note, 0), Part(By(), note, 1));
                inputs[key[9..]] = NDArray.From(Array.ConvertAll(value.ToArray<byte>(), b => (float)((b - less) / by)), value.Shape);
            }
        }
        return inputs;
    }

    /// <summary>All entries of some kinds; none where the models are absent.</summary>
    public static IEnumerable<ModelEntry> All(params string[] kinds)
    {
        if (!Shared.Has("models/index.json")) return [];
        using var file = JsonDocument.Parse(File.ReadAllBytes(Shared.File("models/index.json")));
        return [.. file.RootElement.GetProperty("models").Clone().EnumerateArray().Select(e => new ModelEntry(e)).Where(e => kinds.Length == 0 || kinds.Contains(e.Kind))];
    }

    /// <summary>How a value differs from a reference's (whole, or every N-th element of it); null where it is within the tolerance.</summary>
    public string? Differs(string key, NDArray expected, NDArray actual)
    {
        var stride = key.LastIndexOf("@stride", StringComparison.Ordinal) is >= 0 and var at ? int.Parse(key[(at + 7)..], CultureInfo.InvariantCulture) : 1;
        if (stride == 1 && expected.Shape != actual.Shape) return $"{key}: shape {actual.Shape}, expected {expected.Shape}";
        if ((actual.Count + stride - 1) / stride != expected.Count) return $"{key}: {actual.Count} elements, expected {expected.Count} of every {stride}th";
        var (relative, absolute) = Tolerance;
        for (var i = 0; i < expected.Count; i++)
        {
            var (a, b) = (actual.Number(i * stride), expected.Number(i));
            if (!(Math.Abs(a - b) <= absolute + relative * Math.Abs(b))) return string.Create(CultureInfo.InvariantCulture, $"{key}: element {i * stride} is {a}, expected {b}");
        }
        return null;
    }

    /// <summary>What differs from the reference among those of its values that the net has nodes for.</summary>
    public List<string> Compare(GraphNet net, Dictionary<string, NDArray> reference, Dictionary<string, NDArray> inputs)
    {
        // A layer's key is its name; the file may have no such layer where it is another form of the same net.
        var keys = reference.Keys.Where(k => k.StartsWith("output/", StringComparison.Ordinal) || k.StartsWith("layer/", StringComparison.Ordinal))
            .Select(k => (Key: k, Node: k[(k.IndexOf('/') + 1)..].Split('@')[0])).Where(k => net.Nodes.Contains(k.Node)).ToList();
        Assert.That(keys, Is.Not.Empty, "the reference has none of the net's layers");
        string[] nodes = [.. keys.Select(k => k.Node).Distinct()];
        var cut = net.NewGraph(nodes);
        var names = cut.ToKeras().InputNames;
        var given = names is [_] ? [.. inputs.Values] : names.Select(name => inputs[name]).ToArray();   // another runtime may call the only input otherwise
        var results = cut.PredictMany(given is [var one] ? (Arrays)one : given);
        var values = nodes.Zip(results).ToDictionary();
        var missed = keys.Select(k => Differs(k.Key, reference[k.Key], values[k.Node])).OfType<string>().ToList();
        TestContext.Out.WriteLine($"{keys.Count - missed.Count} of {keys.Count} values are those of the reference");
        return missed;
    }

    /// <summary>Where there is no reference: the outputs' shapes, printed. Nothing differs.</summary>
    public static List<string> Shapes(GraphNet net)
    {
        foreach (var output in net.ToKeras().Outputs) TestContext.Out.WriteLine($"{output.Name}: {output.Shape}");
        Assert.That(net.ToKeras().Outputs.Select(o => o.Shape.Rank), Has.All.GreaterThan(0));
        return [];
    }

    public override string ToString() => Name;

    static double Number(JsonElement of, string name, double fallback) => of.TryGetProperty(name, out var n) && n.ValueKind == JsonValueKind.Number ? n.GetDouble() : fallback;

    static double Part(Regex part, string note, double fallback) => part.Match(note) is { Success: true } m ? double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : fallback;

    [GeneratedRegex(@"input_u8\s*-\s*([\d.]+)")]
    private static partial Regex Less();

    [GeneratedRegex(@"/\s*([\d.]+)")]
    private static partial Regex By();
}
