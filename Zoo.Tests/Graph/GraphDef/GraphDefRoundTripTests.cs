using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.Engine.TensorFlow;
using Zoo.Tests.Goldens;
using Zoo.Tests.Graph.Flow;

namespace Zoo.Tests.Graph;

/// <summary>Other people's graphs: read, written, read again. A training graph with ops that are left out by name is refused whole, each of them named.</summary>
[Category("Engines")]
sealed class GraphDefRoundTripTests
{
    const string Archive = "goldens/models/models.zip";

    static IEnumerable<(string Name, byte[] Bytes)> Files()
    {
        foreach (var entry in Shared.Entries(Archive, "frozen.pb")) yield return (entry.Split('/')[0], Shared.Entry(Archive, entry));
        foreach (var file in Directory.EnumerateFiles(Shared.File("models/tf"), "*.pb*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            if (Path.GetFileName(file) is not ("saved_model.pb" or "fingerprint.pb" or "keras_metadata.pb")) yield return (Path.GetFileName(Path.GetDirectoryName(file)!), File.ReadAllBytes(file));
    }

    [Test]
    public void Read_written_and_read_again_is_the_same()
    {
        var (read, refused) = (new List<string>(), new List<string>());
        foreach (var (name, bytes) in Files())
        {
            ImportedGraph graph;
            try
            {
                graph = GraphDefReader.Read(bytes);
            }
            catch (ImportException e)
            {
                var aside = GraphDefFile.Parse(bytes).Node.Select(n => n.Op).Where(ModelOpsTests.Aside.Contains).Distinct();
                Assert.That(e.Problems.Select(p => p.Op).Distinct(), Is.EquivalentTo(aside), $"{name}: {e.Message}");
                refused.Add(name);
                continue;
            }
            read.Add(name);
            var original = GraphDefFile.Parse(bytes);
            var written = graph.Write();
            // loops and choices of TensorFlow 1 are written as functions
            var isOld = original.Node.Any(n => n.Op is "Merge");
            if (!isOld)
            {
                Assert.That(written.Node.Select(n => (n.Name, n.Op)), Is.EqualTo(original.Node.Select(n => (n.Name, n.Op))), name);
                Assert.That(written.Node.Select(n => string.Join(' ', n.Input)), Is.EqualTo(original.Node.Select(n => string.Join(' ', n.Input.Select(i => i.EndsWith(":0", StringComparison.Ordinal) ? i[..^2] : i)))), name);
                foreach (var (node, old) in written.Node.Zip(original.Node))
                    foreach (var (key, value) in old.Attr)
                        if (value.ValueCase != AttrValue.ValueOneofCase.Tensor && (key[0] == '_' || Registry.Get(node.Op).Signature.Attrs.Any(a => a.Name == key)) && !(node.Op == "Placeholder" && key == "shape")) Assert.That(node.Attr[key], Is.EqualTo(value), $"{name}: {node.Name}.{key}");
            }
            foreach (var text in new[] { false, true })
            {
                var file = new MemoryStream();
                GraphDefFile.Save(written, file, text);
                file.Position = 0;
                var again = GraphDefReader.Read(file);
                Assert.That(again.Write(), Is.EqualTo(written), name);
                if (!isOld) Assert.That(again.Nodes.Select(Describe), Is.EqualTo(graph.Nodes.Select(Describe)), name);
            }
        }
        TestContext.Out.WriteLine($"read: {string.Join(", ", read)}; refused, for it has ops that are left out by name: {string.Join(", ", refused)}");
        Report.Add("graphdef", "round trip", read.Count, read.Count);
        Report.Add("graphdef", "refused by the ops that are left out", refused.Count, refused.Count);
        Assert.That(refused, Is.EqualTo(["bigdl_lenet_train"]));
        Assert.That(read, Has.Count.GreaterThan(16));
    }

    /// <summary>A node with all that makes it up.</summary>
    static string Describe(Node n)
    {
        var attrs = new StringBuilder();
        foreach (var (key, value) in n.Attrs.All) attrs.Append(key).Append("=").Append(AttrWriter.Write(value)).Append(";");
        if (n.Attrs.All.Any(a => a.Value is NDArray)) attrs.Clear();   // large ones are known by identity there; the written files hold their values
        return $"{n.Name} {n.Op} {string.Join(' ', n.Inputs.Select(i => $"{i.Node.Name}:{i.Index}"))} {string.Join(' ', n.Controls.Select(c => c.Name))} {attrs} {string.Join(' ', n.Outputs.Select(o => $"{o.DType} {o.Shape}"))}";
    }

    /// <summary>The goldens' predictions from graphs that were read: by our engine, and by TensorFlow from what we write.</summary>
    [Test]
    public void Predictions_of_what_was_read_are_the_goldens()
    {
        TensorFlowLibrary.Require();
        using var models = JsonDocument.Parse(File.ReadAllText(Shared.File("goldens/models/models.json")));
        var compared = 0;
        foreach (var model in models.RootElement.GetProperty("models").EnumerateArray())
        {
            var name = model.GetProperty("name").GetString()!;
            Compare(name, model.GetProperty("frozen"), GraphDefReader.Read(Shared.Entry(Archive, $"{name}/frozen.pb")));
            compared++;
        }
        Report.Add("graphdef", "frozen models on both engines", compared, compared);
        Assert.That(compared, Is.GreaterThan(7));
    }

    static void Compare(string name, JsonElement frozen, ImportedGraph graph)
    {
        var data = SafeTensors.Load(new MemoryStream(Shared.Entry(Archive, $"{name}/data.safetensors")));
        string[] inputs = Names(frozen, "inputs"), outputs = Names(frozen, "outputs");
        NDArray[] values = [.. inputs.Select((_, i) => Find(data, "xval", Names(frozen, "input_keys"), i))];
        using var session = Engines.Find("embedded").Compile(graph.Program(inputs, outputs));
        var ours = new NDArray?[outputs.Length];
        session.Run(values, ours);
        using var tensorFlow = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
        tensorFlow.Import(graph.Write().ToByteArray());
        var theirs = tensorFlow.Run([.. inputs.Zip(values)], outputs);
        for (var o = 0; o < outputs.Length; o++)
        {
            var expected = Find(data, "fit_prediction", Names(frozen, "output_keys"), o);
            foreach (var found in new[] { ours[o]!, theirs[o] })
            {
                Assert.That(found.Shape, Is.EqualTo(expected.Shape), name);
                for (var i = 0; i < expected.Count; i++) Assert.That(found.Number(i), Is.EqualTo(expected.Number(i)).Within(2e-5), $"{name} {outputs[o]} [{i}]");
            }
        }
    }

    static string[] Names(JsonElement frozen, string property) => frozen.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : [];

    static NDArray Find(IReadOnlyDictionary<string, NDArray> data, string name, string[] keys, int index) =>
        keys.Length > 0 ? data[$"{name}_{keys[index]}"] : data.TryGetValue(name, out var only) ? only : data[$"{name}_{index}"];
}
