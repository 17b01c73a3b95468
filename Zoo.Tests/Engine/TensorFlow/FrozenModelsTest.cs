using System.Text.Json;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Graph.Proto;
using Zoo.Keras;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Engine.TensorFlow;

/// <summary>The goldens' frozen graphs give the goldens' predictions.</summary>
[Category("Engines")]
sealed class FrozenModelsTest
{
    const string Archive = "goldens/models/models.zip";

    [Test]
    public void Predictions_are_the_goldens()
    {
        TensorFlowLibrary.Require();
        using var models = JsonDocument.Parse(File.ReadAllText(Shared.File("goldens/models/models.json")));
        var compared = 0;
        foreach (var model in models.RootElement.GetProperty("models").EnumerateArray())
        {
            var name = model.GetProperty("name").GetString()!;
            var frozen = model.GetProperty("frozen");
            var data = SafeTensors.Load(new MemoryStream(Shared.Entry(Archive, $"{name}/data.safetensors")));
            using var graph = new TensorFlowGraph(TensorFlowGraph.Threads(1, 1));
            graph.Import(GraphDef.Parser.ParseFrom(Shared.Entry(Archive, $"{name}/frozen.pb")));
            string[] inputs = Names(frozen, "inputs"), outputs = Names(frozen, "outputs");
            var feeds = inputs.Select((n, i) => (n, Find(data, "xval", Keys(frozen, "input_keys"), i))).ToArray();
            var found = graph.Run(feeds, outputs);
            for (var o = 0; o < outputs.Length; o++)
            {
                var expected = Find(data, "fit_prediction", Keys(frozen, "output_keys"), o);
                Assert.That(found[o].Shape, Is.EqualTo(expected.Shape), name);
                for (var i = 0; i < expected.Count; i++) Assert.That(found[o].Number(i), Is.EqualTo(expected.Number(i)).Within(2e-5), $"{name} {outputs[o]} [{i}]");
                compared += expected.Count;
            }
        }
        Assert.That(compared, Is.GreaterThan(500));
    }

    static string[] Names(JsonElement frozen, string property) => [.. frozen.GetProperty(property).EnumerateArray().Select(e => e.GetString()!)];

    static string[] Keys(JsonElement frozen, string property) => frozen.GetProperty(property) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : [];

    static NDArray Find(IReadOnlyDictionary<string, NDArray> data, string name, string[] keys, int index) =>
        keys.Length > 0 ? data[$"{name}_{keys[index]}"] : data.TryGetValue(name, out var only) ? only : data[$"{name}_{index}"];
}
