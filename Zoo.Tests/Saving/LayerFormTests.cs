using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using static Zoo.Keras.K;

namespace Zoo.Tests.Saving;

/// <summary>Forms of Keras' files that no golden has: outputs within one another, names of layers that layers make, what is frozen within.</summary>
public class LayerFormTests
{
    static Dictionary<string, object?> Parsed(string json) => (Dictionary<string, object?>)Json.Parse(System.Text.Encoding.UTF8.GetBytes(json), "test")!;

    /// <summary>What stands at a path of a configuration.</summary>
    static object? At(object? json, params object[] path) => path.Aggregate(json, (value, step) => step is string key ? ((Dictionary<string, object?>)value!)[key] : ((List<object?>)value!)[(int)step]);

    [Test]
    public void OutputsMayLieWithinOneAnother()
    {
        Variable x = Input([4, 3], "x");
        var lstm = new LSTM(2) { ReturnState = true, Name = "lstm" };
        var states = lstm.ApplyMany(x);
        var flat = Parsed(new Model(x, states).ToJson());
        var before = ((Dictionary<string, object?>)flat["config"]!)["output_layers"];
        List<object?> Place(long output) => ["lstm", 0L, output];
        Assert.That(Json.Write(before), Is.EqualTo(Json.Write(new List<object?> { Place(0), Place(1), Place(2) })));
        foreach (var form in new object?[]
        {
            new List<object?> { Place(0), new List<object?> { Place(1), Place(2) } },
            new List<object?> { new List<object?> { Place(2) }, new Dictionary<string, object?> { ["b"] = Place(0), ["a"] = new List<object?> { Place(1) } } },
            new Dictionary<string, object?> { ["y"] = Place(0), ["states"] = new List<object?> { Place(1), Place(2) } },
        })
        {
            ((Dictionary<string, object?>)flat["config"]!)["output_layers"] = form;
            var model = Model.FromJson(Json.Write(flat));
            Assert.That(model.Outputs.Values, Has.Length.EqualTo(3));
            Assert.That(Json.Write(At(Parsed(model.ToJson()), "config", "output_layers")), Is.EqualTo(Json.Write(form)), "it is written as it was read");
            Assert.That(model.PredictMany(NDArray.Zeros([2, 4, 3], DType.Float32)).Count(), Is.EqualTo(3));
        }
        ((Dictionary<string, object?>)flat["config"]!)["output_layers"] = new List<object?> { "lstm", 0L };
        Assert.That(Assert.Throws<ModelFileException>(() => Model.FromJson(Json.Write(flat)))!.Message, Does.Contain("""["lstm", 0]""").Or.Contain("""["lstm",0]"""));
    }

    [Test]
    public void ADictionaryWithinAFunctionalModelIsFlattenedByItsSortedNames()
    {
        Variable x = Input([2], "x");
        Variable small = x >> new Dense(1), large = x >> new Dense(5);
        var json = Parsed(new Model(x, [small, large]).ToJson());
        ((Dictionary<string, object?>)json["config"]!)["output_layers"] = new List<object?> { new Dictionary<string, object?> { ["b"] = new List<object?> { "dense", 0L, 0L }, ["a"] = new List<object?> { "dense_1", 0L, 0L } } };
        Assert.That(Model.FromJson(Json.Write(json)).Outputs.Values.Select(v => v.Shape[1]), Is.EqualTo(new long[] { 5, 1 }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void LayersThatALayerMakesKeepTheNamesOfTheirFile(bool augMix)
    {
        var x = Input([6, 6, 3], "x");
        Layer layer = augMix ? new AugMix(0.2) { Name = "mix" } : new RandAugment(0.2);
        Model model = new(x, x >> layer);
        foreach (var (inner, i) in layer.SubLayers.Select((s, i) => (s.Layer, i))) inner.Name = $"made_{i + 3}";
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            model.Save(path);
            var file = File.ReadAllBytes(path);
            var loaded = Model.Load(path);
            Assert.That(loaded.Layers[1].SubLayers.Select(s => s.Layer.Name), Is.EqualTo(layer.SubLayers.Select((_, i) => $"made_{i + 3}")));
            Assert.That(loaded.Layers.Select(l => l.Name), Is.EqualTo(model.Layers.Select(l => l.Name)));
            loaded.Save(path);
            Assert.That(FileTree.Differences(file, File.ReadAllBytes(path)), Is.Empty);
        }
        finally { File.Delete(path); }
    }

    [Test]
    public void InnerChangesHaveTheTypeAndFormatOfTheirOwner()
    {
        var x = Input([3, 6, 6], "x");
        foreach (var layer in new ComposedImageLayer[] { new AugMix(0.2) { DataFormat = "channels_first", DTypePolicy = "mixed_bfloat16" }, new RandAugment(0.2) { DataFormat = "channels_first", DTypePolicy = "mixed_bfloat16" } })
        {
            _ = x >> layer;
            Assert.That(layer.SubLayers.Select(s => (((ImageLayer)s.Layer).DataFormat.Name, s.Layer.DTypePolicy.ComputeDType)), Is.All.EqualTo(("channels_first", DType.BFloat16)));
        }
    }

    static IEnumerable<TestCaseData> Frozen()
    {
        foreach (var (layer, within) in new (Layer, bool)[]
        {
            (new MultiHeadAttention(2, 3), true), (new GroupQueryAttention(3, 2, 1), true), (new RNN(new GRUCell(2)), true), (new RNN(new LSTMCell(2), new GRUCell(3)), true), (new Bidirectional(new LSTM(2)), true),
            (new LSTM(2), false), (new GRU(2), false), (new SimpleRNN(2), false), (new Dense(2), false),
        })
            yield return new TestCaseData(layer, within).SetName($"{{m}}({layer.GetType().Name})");
    }

    [TestCaseSource(nameof(Frozen))]
    public void AFileThatFreezesALayerSaysNothingOfTheLayersWithin(Layer layer, bool within)
    {
        Variable x = Input([4, 3], "x");
        Variable y = layer is HeadedAttention ? layer.Apply(x, x) : x >> layer;
        var json = Parsed(new Model(x, y).ToJson());
        ((Dictionary<string, object?>)At(json, "config", "layers", 1, "config")!)["trainable"] = false;
        var model = Model.FromJson(Json.Write(json));
        Assert.That(Json.Write(Parsed(model.ToJson())), Is.EqualTo(Json.Write(json)));
        Assert.That(model.TrainableWeights, Is.Empty);
        // as in Keras the layers within train again where the one around them does
        Assert.That(model.Layers[1].SubLayers.Select(s => s.Layer.Trainable), Is.All.EqualTo(within));
    }

    [Test]
    public void AFrozenCellIsFrozenInALayerThatTrains()
    {
        Variable x = Input([4, 3], "x");
        var json = Parsed(new Model(x, x >> new RNN(new GRUCell(2), new LSTMCell(3))).ToJson());
        ((Dictionary<string, object?>)At(json, "config", "layers", 1, "config", "cell", "config", "cells", 0, "config")!)["trainable"] = false;
        var model = Model.FromJson(Json.Write(json));
        Assert.That(Json.Write(Parsed(model.ToJson())), Is.EqualTo(Json.Write(json)));
        Assert.That(model.Weights.Select(w => model.TrainableWeights.Contains(w)), Is.EqualTo(new[] { false, false, false, true, true, true }));
    }
}
