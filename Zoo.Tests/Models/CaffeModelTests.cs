using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using Zoo.Transfer.Caffe;

namespace Zoo.Tests.Models;

/// <summary>Every prototxt of every Caffe entry of the model files, against what another runtime gave for its layers.</summary>
[Category("Models")]
internal sealed class CaffeModelTests
{
    static IEnumerable<TestCaseData> Nets() => ModelEntry.All("caffe", "caffe_prototxt").SelectMany(e => e.Files(".prototxt").Select(p => new TestCaseData(e, p).SetName($"Caffe: {e.Name}: {Path.GetFileName(p)}")));

    [TestCaseSource(nameof(Nets))]
    public void ANetGivesWhatItsRuntimeGave(ModelEntry entry, string prototxt)
    {
        var reference = entry.Reference();
        var inputs = reference is null ? [] : entry.Inputs(reference);
        if (reference is not null && entry.InputShape is { } drawn) inputs["data"] = RecipeWeights.Numbers("input", drawn, -1, 1);
        GraphNet net;
        try
        {
            net = Load(entry, prototxt, inputs);
        }
        catch (ImportException e)
        {
            // A type that no converter is for must be named, and nothing else be in the way.
            var text = File.ReadAllText(ModelEntry.Path(prototxt));
            Assert.That(e.Problems, Is.Not.Empty, e.Message);
            foreach (var problem in e.Problems)
            {
                Assert.That(Net.Caffe.Types, Does.Not.Contain(problem.Op), $"{problem.Node}: {problem.Reason}");
                Assert.That(text, Does.Contain($"\"{problem.Op}\""));
                Assert.That(e.Message, Does.Contain(problem.Node).And.Contain(problem.Op).And.Contain("Net.Caffe.Register"));
            }
            TestContext.Out.WriteLine(e.Message);
            Report.Add("models", $"{entry.Name}/{Path.GetFileName(prototxt)}", 1, 1);
            return;
        }
        foreach (var warning in net.Warnings) TestContext.Out.WriteLine(warning);
        if (!entry.Files(".caffemodel").Any()) RecipeWeights.Fill(net);
        var missed = reference is null ? ModelEntry.Shapes(net) : entry.Compare(net, reference, inputs);
        Report.Add("models", $"{entry.Name}/{Path.GetFileName(prototxt)}", missed.Count == 0 ? 1 : 0, 1);
        Assert.That(missed, Is.Empty);
    }

    /// <summary>The net; where its file reads a database, whose pictures' size it does not say, the first of some that its layers take.</summary>
    static GraphNet Load(ModelEntry entry, string prototxt, Dictionary<string, NDArray> inputs)
    {
        var weights = entry.Files(".caffemodel").FirstOrDefault() is { } file ? ModelEntry.Path(file) : null;
        GraphNet With(IEnumerable<KeyValuePair<string, Shape>> shapes) => Net.LoadCaffe(ModelEntry.Path(prototxt), weights, new() { InputShapes = shapes.ToDictionary() });
        try
        {
            return With(inputs.Select(i => KeyValuePair.Create(i.Key, i.Value.Shape[1..])));
        }
        catch (ImportException e) when (e.Problems is [{ Reason: var reason }] && reason.Contains("has no shape in the file"))
        {
            var name = reason.Split('\'')[1];
            TestContext.Out.WriteLine(reason);
            foreach (var channels in (long[])[1, 2, 3])
                foreach (var side in (long[])[28, 32, 64, 224, 227])
                    try
                    {
                        return With([KeyValuePair.Create<string, Shape>(name, [channels, side, side])]);
                    }
                    catch (ImportException)
                    {
                        // another size, then
                    }
            throw;
        }
    }

    [Test]
    public void TheWeightRecipeIsThatOfTheReferences()
    {
        foreach (var entry in ModelEntry.All("caffe_prototxt").Where(e => e.Files(".safetensors").Any()))
        {
            var reference = entry.Reference()!;
            var net = Net.LoadCaffe(ModelEntry.Path(entry.Files(".prototxt").First()));
            var layers = net.ToKeras().Layers.Where(l => l.Weights.Count > 0).ToList();
            var first = RecipeWeights.Blob(layers[0], 0, Net.Caffe.BlobShapes(layers[0])[0]);
            Assert.That(first.ToArray<float>()[..8], Is.EqualTo(reference["weights_first_blob_head"].ToArray<float>()), entry.Name);
        }
    }
}
