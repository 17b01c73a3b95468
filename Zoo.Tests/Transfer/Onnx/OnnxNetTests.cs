using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Models;
using Zoo.Transfer;
using Zoo.Transfer.Onnx;

namespace Zoo.Tests.Transfer.Onnx;

/// <summary>Whole nets that SaveOnnx writes, run by ONNX Runtime, against our engine.</summary>
[Category("Engines")]
internal sealed class OnnxNetTests
{
    [Test]
    public void OnnxRuntimeComputesTheSame([ValueSource(typeof(OnnxNets), nameof(OnnxNets.Names))] string name, [Values] bool anyBatch)
    {
        var (model, inputs) = OnnxNets.Make(name);
        Same(model, inputs, anyBatch ? null : (int)inputs[0].Shape[0]);
    }

    [TestCase("resnet-50", 2), TestCase("inception-v1", 2), TestCase("lenet", 2)]
    public void TransposesAreLeftAtTheEnds(string name, int most)
    {
        var model = OnnxNets.Make(name).Model;
        model.InitializeWeights();
        var program = OnnxGraph.Of(model.InferenceProgram(), [.. model.Inputs.Select(i => i.Shape)]);
        Assert.That(program.Nodes().Count(n => OnnxNode.Written(n)?.OpType == "Transpose"), Is.LessThanOrEqualTo(most));
    }

    static IEnumerable<TestCaseData> CaffeNets() => ModelEntry.All("caffe", "caffe_prototxt").SelectMany(e => e.Files(".prototxt").Select(p => (Entry: e, File: p)))
        .Where(e => e.File.Contains("deploy", StringComparison.Ordinal) || e.Entry.Name is "ultraface_slim320" or "wechat_sr" or "mtcnn_det1" or "mtcnn_det2").Where(e => e.Entry.Reference() is not null)
        .Select(e => new TestCaseData(e.Entry, e.File).SetName($"ONNX Runtime reads what we write: {Path.GetFileName(e.File)}"));

    [Category("Models"), TestCaseSource(nameof(CaffeNets))]
    public void NetsOfCaffeToo(ModelEntry entry, string prototxt)
    {
        var inputs = entry.Inputs(entry.Reference()!);
        if (entry.InputShape is { } drawn) inputs["data"] = RecipeWeights.Numbers("input", drawn, -1, 1);
        var weights = entry.Files(".caffemodel").FirstOrDefault();
        var net = Net.LoadCaffe(ModelEntry.Path(prototxt), weights is null ? null : ModelEntry.Path(weights), new() { InputShapes = inputs.ToDictionary(i => i.Key, i => i.Value.Shape[1..]) });
        if (weights is null) RecipeWeights.Fill(net);
        Same(net.ToKeras(), [.. inputs.Values], null);
    }

    static void Same(Model model, NDArray[] inputs, int? batchSize)
    {
        var ours = model.PredictMany(inputs is [var one] ? (Arrays)one : inputs).ToArray();
        var theirs = OnnxRuntime.Run(model, inputs, batchSize);
        Assert.That(theirs, Has.Length.EqualTo(ours.Length));
        for (var i = 0; i < ours.Length; i++)
        {
            Assert.That(theirs[i].Shape, Is.EqualTo(ours[i].Shape));
            for (var k = 0; k < ours[i].Count; k++) Assert.That(theirs[i].Number(k), Is.EqualTo(ours[i].Number(k)).Within(1e-5 + 1e-4 * Math.Abs(ours[i].Number(k))), $"output {i}, element {k}");
        }
    }
}
