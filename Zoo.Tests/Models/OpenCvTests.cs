using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenCvSharp;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using CvDnn = OpenCvSharp.Dnn.CvDnn;

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
        if (Absent() is { } reason) Assert.Ignore(reason);
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
            using var theirs = CvDnn.ReadNetFromCaffe(Path.Combine(folder, "net.prototxt"), Path.Combine(folder, "net.caffemodel"))!;
            using var blob = Mat.FromPixelData(data.Shape.Select(d => (int)d), MatType.CV_32FC1, data.ToArray<float>());
            theirs.SetInput(blob);
            for (var i = 0; i < ours.Length; i++)
            {
                using var result = theirs.Forward(net.ToKeras().Outputs.ElementAt(i).Name.Split(':')[0]);
                var values = new float[ours[i].Count];
                Assert.That(result.Total(), Is.EqualTo(values.Length), entry.Name);
                Marshal.Copy(result.Data, values, 0, values.Length);
                Assert.That(entry.Differs($"output {i}", NDArray.From(values, ours[i].Shape), ours[i]), Is.Null);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Why OpenCV's native library cannot be used here; null where it can.</summary>
    static string? Absent()
    {
        try
        {
            return Cv2.GetVersionString() is null ? "OpenCV does not say its version" : null;
        }
        catch (TypeInitializationException e)
        {
            return $"OpenCV's native library does not load (it needs libgtk-3): {e.InnerException?.Message.Split('\n')[0]}";
        }
    }
}
