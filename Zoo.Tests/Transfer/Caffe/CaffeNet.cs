using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Models;
using Zoo.Transfer;
using Zoo.Transfer.Caffe;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Small nets written in prototxt, with numbers of the recipe for inputs and weights.</summary>
internal static class CaffeNet
{
    public static GraphNet Read(string prototxt, CaffeOptions? options = null, NetParameter? model = null) =>
        CaffeImport.Read(CaffeFile.Parse(Encoding.UTF8.GetBytes(prototxt), "net"), model is null ? null : CaffeFile.Parse(Google.Protobuf.MessageExtensions.ToByteArray(model), "model"), options ?? new());

    /// <summary>The text of a net of one layer: inputs <c>x0</c>, <c>x1</c>, …, results <c>y0</c>, ….</summary>
    public static string Text(string type, string settings, Shape[] inputs, int results = 1) =>
        string.Concat(inputs.Select((s, i) => $"input: \"x{i}\" input_shape {{ {string.Concat(s.Select(d => $"dim: {d} "))}}} ")) +
        $"layer {{ name: \"layer\" type: \"{type}\" {string.Concat(inputs.Select((_, i) => $"bottom: \"x{i}\" "))}{string.Concat(Enumerable.Range(0, results).Select(i => $"top: \"y{i}\" "))}{settings} }}";

    public static NDArray Numbers(string key, Shape shape, double lo = -1, double hi = 1) => RecipeWeights.Numbers(key, shape, lo, hi);

    /// <summary>The weights of the only layer that has some, in Caffe's order, set to numbers of the recipe.</summary>
    public static NDArray[] Weigh(GraphNet net, double lo = -0.5, double hi = 0.5)
    {
        if (net.ToKeras().Layers.FirstOrDefault(l => l.Weights.Count > 0) is not { } layer) return [];
        NDArray[] blobs = [.. Net.Caffe.BlobShapes(layer).Select((s, i) => Numbers($"w{i}", s, lo, hi))];
        Net.Caffe.SetBlobs(layer, blobs);
        return blobs;
    }

    public static NDArray[] Run(GraphNet net, params NDArray[] inputs) => [.. net.PredictMany(inputs is [var one] ? (Arrays)one : inputs, batchSize: 1000)];

    /// <summary>A model of weights alone, by the names of layers.</summary>
    public static NetParameter Model(IReadOnlyDictionary<string, NDArray[]> weights)
    {
        var model = new NetParameter();
        foreach (var (name, blobs) in weights)
            model.Layer.Add(new LayerParameter { Name = name, Blobs = { blobs.Select(b => new BlobProto { Shape = new() { Dim = { b.Shape.Dims.ToArray() } }, Data = { b.ToArray<float>() } }) } });
        return model;
    }

    /// <summary>What OpenCV makes of a net's text with its weights.</summary>
    public static NDArray[] InOpenCv(string text, GraphNet net, IReadOnlyDictionary<string, NDArray> inputs, params ReadOnlySpan<string> layers)
    {
        var folder = Directory.CreateTempSubdirectory("opencv").FullName;
        try
        {
            var (prototxt, caffemodel) = (Path.Combine(folder, "net.prototxt"), Path.Combine(folder, "net.caffemodel"));
            File.WriteAllText(prototxt, text);
            net.SaveCaffe(null, caffemodel);
            return OpenCv.Run(prototxt, caffemodel, inputs, layers);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Written as Caffe's files and as Keras', and read again, a net gives the same bits.</summary>
    public static void SurvivesFiles(GraphNet net, NDArray[] inputs, NDArray[] results, bool keras = true)
    {
        var folder = Directory.CreateTempSubdirectory("caffe").FullName;
        try
        {
            var (prototxt, caffemodel, archive) = (Path.Combine(folder, "net.prototxt"), Path.Combine(folder, "net.caffemodel"), Path.Combine(folder, "net.keras"));
            net.SaveCaffe(prototxt, caffemodel);
            var again = Net.LoadCaffe(prototxt, caffemodel);
            Assert.That(again.Warnings, Is.Empty);
            Same(Run(again, inputs), results, "Caffe's files");
            again.SaveCaffe(Path.Combine(folder, "again.prototxt"), Path.Combine(folder, "again.caffemodel"));
            Assert.That(File.ReadAllBytes(Path.Combine(folder, "again.prototxt")).AsSpan().SequenceEqual(File.ReadAllBytes(prototxt)), "the definition is written as it was");
            Assert.That(File.ReadAllBytes(Path.Combine(folder, "again.caffemodel")).AsSpan().SequenceEqual(File.ReadAllBytes(caffemodel)), "the weights are written as they were");
            if (!keras) return;
            net.ToKeras().Save(archive);
            Same(Run(Net.LoadKeras(archive), inputs), results, "Keras' file");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static void Same(NDArray[] actual, NDArray[] expected, string where)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), where);
        for (var i = 0; i < actual.Length; i++) Assert.That(actual[i].HoldsTheSame(expected[i]), $"{where}: result {i}, {actual[i].Shape} and {expected[i].Shape}");
    }

    public static void Near(NDArray actual, Shape shape, Func<int[], double> expected, double tolerance = 2e-5)
    {
        Assert.That(actual.Shape, Is.EqualTo(shape));
        var index = new int[shape.Rank];
        for (var i = 0; i < actual.Count; i++)
        {
            var rest = i;
            for (var axis = index.Length - 1; axis >= 0; axis--) (rest, index[axis]) = (rest / (int)shape[axis], rest % (int)shape[axis]);
            var wanted = expected(index);
            Assert.That(actual.Number(i), Is.EqualTo(wanted).Within(tolerance * Math.Max(1, Math.Abs(wanted))), $"[{string.Join(", ", index)}]");
        }
    }
}
