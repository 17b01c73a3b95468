using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.EngineCases;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Graph.Flow;

/// <summary>Other people's graphs: every op in them is there, and the frozen ones give what TensorFlow gave.</summary>
[Category("Models")]
sealed class ModelOpsTests
{
    const string Archive = "goldens/models/models.zip";

    /// <summary>Ops of training graphs and SavedModels that are left out, and why.</summary>
    static readonly Dictionary<string, string[]> left = new()
    {
        ["queues and readers: data comes from C# sources"] =
            ["FIFOQueueV2", "RandomShuffleQueueV2", "QueueCloseV2", "QueueDequeueManyV2", "QueueDequeueV2", "QueueEnqueueManyV2", "QueueEnqueueV2", "QueueSizeV2", "ReaderReadV2", "TFRecordReaderV2"],
        ["summaries: the TensorBoard callback writes events"] = ["HistogramSummary", "MergeSummary", "ScalarSummary"],
    };

    /// <summary>All of them.</summary>
    internal static readonly HashSet<string> Aside = [.. left.Values.SelectMany(l => l)];

    /// <summary>Every graph among the reference files.</summary>
    internal static IEnumerable<(string Name, GraphDef Graph)> Graphs()
    {
        foreach (var file in new[] { "models/tf", "models/exported" }.SelectMany(folder => Directory.EnumerateFiles(Shared.File(folder), "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
            foreach (var graph in Of(file, () => File.ReadAllBytes(file))) yield return (Path.GetRelativePath(Shared.File("models/tf") + "/../..", file), graph);
        foreach (var entry in Shared.Entries(Archive, ".pb"))
            foreach (var graph in Of(entry, () => Shared.Entry(Archive, entry))) yield return (entry, graph);
    }

    static IEnumerable<GraphDef> Of(string file, Func<byte[]> bytes) => (Path.GetFileName(file), Path.GetExtension(file)) switch
    {
        ("saved_model.pb", _) => SavedModel.Parser.ParseFrom(bytes()).MetaGraphs.Select(m => m.GraphDef),
        ("fingerprint.pb" or "keras_metadata.pb", _) => [],
        (_, ".meta") => [MetaGraphDef.Parser.ParseFrom(bytes()).GraphDef],
        (_, ".pb" or ".pbtxt") => [GraphDefFile.Parse(bytes())],
        _ => [],
    };

    [Test]
    public void Every_op_of_every_model_is_there()
    {
        var (where, graphs) = (new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal), 0);
        foreach (var (name, graph) in Graphs())
        {
            graphs++;
            var functions = graph.Library?.Function.Select(f => f.Signature.Name).ToHashSet() ?? [];
            foreach (var op in graph.Node.Concat(graph.Library?.Function.SelectMany(f => f.NodeDef) ?? []).Select(n => n.Op).Where(op => !functions.Contains(op)))
                (where.TryGetValue(op, out var list) ? list : where[op] = []).Add(name);
        }
        var missing = where.Where(w => !Registry.All.ContainsKey(w.Key) && !Aside.Contains(w.Key)).Select(w => $"{w.Key}: {string.Join(", ", w.Value)}");
        Assert.That(string.Join("\n", missing), Is.Empty);
        Assert.That(Aside.Where(op => !where.ContainsKey(op) || Registry.All.ContainsKey(op)), Is.Empty, "left out, though no model has it or it is there");
        Assert.That(graphs, Is.GreaterThan(40));
        TestContext.Out.WriteLine($"{where.Count} ops in {graphs} graphs: {where.Keys.Count(Registry.All.ContainsKey)} are there; left out by name: {string.Join("; ", left.Select(l => $"{l.Key} ({string.Join(", ", l.Value)})"))}");
        Report.Add("graphdef", "ops of models", where.Keys.Count(Registry.All.ContainsKey), where.Count);
    }

    /// <summary>What TensorFlow gave for the frozen graphs of models/tf and exported: outputs and values within.</summary>
    [Test]
    public void Frozen_graphs_give_the_reference_outputs()
    {
        using var index = JsonDocument.Parse(File.ReadAllText(Shared.File("models/index.json")));
        var (done, compared) = (new List<string>(), 0);
        foreach (var model in index.RootElement.GetProperty("models").EnumerateArray())
        {
            var files = model.GetProperty("files").EnumerateArray().Select(f => f.GetString()!).ToArray();
            var file = files.FirstOrDefault(f => f.StartsWith("tf/", StringComparison.Ordinal) && Path.GetExtension(f) is ".pb" or ".pbtxt" && !f.Contains("saved_model", StringComparison.Ordinal) && !f.Contains("fingerprint", StringComparison.Ordinal) && !f.Contains("keras_metadata", StringComparison.Ordinal)
                || f.StartsWith("exported/", StringComparison.Ordinal) && f.EndsWith("frozen.pb", StringComparison.Ordinal));
            if (file is null || files.FirstOrDefault(f => f.EndsWith("reference.safetensors", StringComparison.Ordinal) && !f.Contains("checkpoint", StringComparison.Ordinal)) is not { } reference) continue;
            var name = model.GetProperty("name").GetString()!;
            var graph = GraphDefReader.Load(Shared.File("models/" + file));
            var values = SafeTensors.Load(Shared.File("models/" + reference));
            var feeds = values.Where(v => v.Key.StartsWith("input/", StringComparison.Ordinal)).Select(v => (Name: Strip(v.Key), Value: Value(v))).ToArray();
            var expected = values.Where(v => v.Key.StartsWith("output/", StringComparison.Ordinal) || v.Key.StartsWith("node/", StringComparison.Ordinal)).Select(v => (Name: Strip(v.Key), Key: v.Key, Value: Value(v))).ToArray();
            string? renamed(string n) => model.TryGetProperty($"frozen_{n}", out var other) ? other.GetString() : null;
            var program = graph.Program(feeds.Select(f => renamed(f.Name) ?? f.Name), expected.Select(e => renamed(e.Name) ?? e.Name));
            var found = OpRun.Run(program.Feeds, program.Fetches, [.. feeds.Select((f, i) => f.Value.Cast(program.Feeds[i].DType))]);
            var tolerance = model.GetProperty("tolerance");
            var (rtol, atol) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
            for (var i = 0; i < expected.Length; i++)
            {
                var (_, key, value) = expected[i];
                var stride = key.Contains("@stride", StringComparison.Ordinal) ? int.Parse(key[(key.IndexOf("@stride", StringComparison.Ordinal) + 7)..], System.Globalization.CultureInfo.InvariantCulture) : 1;
                Assert.That(value.Count, Is.EqualTo((found[i].Count + stride - 1) / stride), $"{name} {key}: {found[i].Shape}");
                if (value.DType == DType.String) Assert.That(found[i].ToStrings(), Is.EqualTo(value.ToStrings()), $"{name} {key}");
                else
                    for (var k = 0; k < value.Count; k++)
                        if (!(Math.Abs(found[i].Number(k * stride) - value.Number(k)) <= atol + rtol * Math.Abs(value.Number(k)))) Assert.Fail($"{name} {key} [{k * stride}]: {found[i].Number(k * stride):G9} against {value.Number(k):G9}");
                compared += value.Count;
            }
            done.Add(name);
        }
        TestContext.Out.WriteLine($"{done.Count} graphs, {compared} numbers: {string.Join(", ", done)}");
        Report.Add("graphdef", "frozen graphs of models", done.Count, done.Count);
        Assert.That(done, Is.SupersetOf(new[] { "bigdl_consts", "bigdl_test", "har_lstm", "lenet_frozen", "zoo_multi_type", "zoo_pytfnet", "zoo_tfnet", "zoo_tfnet_string", "mobilenet_v2_035_96", "resnet_small_64" }));
    }

    static string Strip(string key) => key[(key.IndexOf('/') + 1)..].Split('@', '#')[0];

    /// <summary>A value; strings stand one a line.</summary>
    static NDArray Value(KeyValuePair<string, NDArray> v)
    {
        if (!v.Key.EndsWith("#utf8", StringComparison.Ordinal)) return v.Value;
        var lines = Encoding.UTF8.GetString(v.Value.Bytes).Split('\n');
        return NDArray.From(lines);
    }

    /// <summary>Graphs that only train or are saved models: they are read as far as their ops are there.</summary>
    [Test]
    public void Graphs_of_known_ops_are_read_whole()
    {
        var (read, total) = (0, 0);
        foreach (var (name, graph) in Graphs())
        {
            total++;
            try
            {
                var found = GraphDefReader.Read(graph, name);
                Assert.That(GraphDefReader.Read(found.Write()).Nodes, Has.Count.GreaterThanOrEqualTo(found.Nodes.Count), name);
                read++;
            }
            catch (ImportException e)
            {
                TestContext.Out.WriteLine($"not read whole: {name}: {string.Join(", ", e.Problems.Select(p => p.Op).Distinct())}");
                Assert.That(e.Problems.Select(p => p.Op).Except(Aside), Is.Empty, $"{name}: {e.Message}");
            }
        }
        TestContext.Out.WriteLine($"{read} of {total} graphs are read whole");
        Report.Add("graphdef", "models read whole", read, total);
        Assert.That(read, Is.GreaterThan(20));
    }
}
