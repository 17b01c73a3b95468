using System.Globalization;
using System.IO.Compression;
using Zoo.Keras.Saving;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

/// <summary>A .keras file flattened to lines "place → value", to see what differs from Keras' own file.</summary>
static class FileTree
{
    /// <summary>The places that differ, with both values; none where the files have the same tree.</summary>
    public static List<string> Differences(byte[] keras, byte[] ours, bool weights = true) => Differences(Lines(keras, weights), Lines(ours, weights));

    public static List<string> Differences(Dictionary<string, string> keras, Dictionary<string, string> ours) =>
        [.. keras.Keys.Union(ours.Keys).Where(k => keras.GetValueOrDefault(k) != ours.GetValueOrDefault(k)).Select(k => $"{k}: Keras {keras.GetValueOrDefault(k) ?? "nothing"}, ours {ours.GetValueOrDefault(k) ?? "nothing"}")];

    /// <summary>All of a file: entry names, the configuration, and the tree of weights with types, attributes and, if wanted, bits.</summary>
    public static Dictionary<string, string> Lines(byte[] file, bool weights)
    {
        var lines = new Dictionary<string, string>();
        using (var zip = new ZipArchive(new MemoryStream(file)))
            lines["entries"] = string.Join(", ", zip.Entries.Select(e => e.FullName));
        Flatten(Json.Parse(Shared.Inner(file, "config.json"), "config.json"), "config", lines);
        lines["metadata"] = string.Join(", ", ((Dictionary<string, object?>)Json.Parse(Shared.Inner(file, "metadata.json"), "metadata.json")!).Keys);
        Flatten(H5Reader.Read(H5Source.Of(Shared.Inner(file, "model.weights.h5")), "weights"), "weights", lines, weights);
        return lines;
    }

    static void Flatten(object? json, string at, Dictionary<string, string> lines)
    {
        switch (json)
        {
            case Dictionary<string, object?> map:
                lines[at] = "{}";
                // Python's addresses of objects.
                foreach (var (key, value) in map)
                    if (key != "shared_object_id") Flatten(value, $"{at}.{key}", lines);
                break;
            case List<object?> list:
                lines[at] = $"[{list.Count}]";
                for (var i = 0; i < list.Count; i++) Flatten(list[i], $"{at}[{i}]", lines);
                break;
            case long or double: lines[at] = Convert.ToDouble(json, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture); break;
            default: lines[at] = Json.Write(json); break;
        }
    }

    internal static void Flatten(H5Node node, string at, Dictionary<string, string> lines, bool weights)
    {
        var attributes = string.Join(", ", node.Attributes.Select(a => $"{a.Key}={a.Value}"));
        if (node is H5Group group)
        {
            lines[at] = $"group {attributes}";
            foreach (var (name, child) in group.Children) Flatten(child, $"{at}/{name}", lines, weights);
        }
        else if (node is H5Dataset data) lines[at] = $"{data.DType} {data.Shape} {attributes}{(weights ? Convert.ToHexString(data.Read().Bytes) : "")}";
    }
}
