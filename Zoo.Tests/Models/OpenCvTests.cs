using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;

namespace Zoo.Tests.Models;

/// <summary>OpenCV's DNN module reads the files that SaveCaffe writes and computes the same.</summary>
[Category("Models")]
internal sealed class OpenCvTests
{
    static readonly string[] Names = ["lenet_v1", "cifar10_quick_v1", "mtcnn_det1", "mtcnn_det2", "ultraface_slim320", "wechat_sr", "zoo_test_persist", "squeezenet_v1.1_deploy", "mobilenet_v1_deploy"];

    static IEnumerable<TestCaseData> Nets() => ModelEntry.All("caffe", "caffe_prototxt").Where(e => Names.Contains(e.Name)).Select(e => new TestCaseData(e).SetName($"OpenCV reads what we write: {e.Name}"));

    [TestCaseSource(nameof(Nets))]
    public void OpenCvComputesTheSame(ModelEntry entry)
    {
        if (OpenCv.Absent() is { } reason) Assert.Ignore(reason);
        var reference = entry.Reference()!;
        var inputs = entry.Inputs(reference);
        if (entry.InputShape is { } drawn) inputs["data"] = RecipeWeights.Numbers("input", drawn, -1, 1);
        var (name, data) = inputs.Single();
        var net = Net.LoadCaffe(ModelEntry.Path(entry.Files(".prototxt").First()), entry.Files(".caffemodel").FirstOrDefault() is { } file ? ModelEntry.Path(file) : null, new() { InputShapes = new Dictionary<string, Shape> { [name] = data.Shape[1..] } });
        if (!entry.Files(".caffemodel").Any()) RecipeWeights.Fill(net);
        var ours = net.PredictMany(data).ToArray();
        var folder = Directory.CreateTempSubdirectory("opencv").FullName;
        try
        {
            net.SaveCaffe(Path.Combine(folder, "net.prototxt"), Path.Combine(folder, "net.caffemodel"));
            var theirs = OpenCv.Run(Path.Combine(folder, "net.prototxt"), Path.Combine(folder, "net.caffemodel"), inputs, [.. net.ToKeras().Outputs.Select(o => o.Name.Split(':')[0])]);
            for (var i = 0; i < ours.Length; i++)
            {
                Assert.That(theirs[i].Count, Is.EqualTo(ours[i].Count), entry.Name);
                Assert.That(entry.Differs($"output {i}", theirs[i].Reshape(ours[i].Shape), ours[i]), Is.Null);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
