using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Tests.Models;
using Zoo.Transfer;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Layers of Caffe's in settings that the model files do not sample, against OpenCV's DNN module on the same prototxt.</summary>
[Category("Models")]
internal sealed class OpenCvLayerTests
{
    static readonly Shape Picture = [2, 6, 7, 9];

    static IEnumerable<(string Type, string Settings, Shape[] Inputs)> Layers()
    {
        foreach (var settings in new[] { "kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0", "kernel_size: 3 kernel_size: 1 pad: 2 pad: 1 dilation: 2 dilation: 1", "kernel_size: 3 group: 3 bias_term: false", "kernel_size: 3 pad: 1 group: 6", "kernel_size: 1 stride: 2", "kernel_size: 2 pad: 1 dilation: 3 axis: 1" })
            yield return ("Convolution", $"convolution_param {{ num_output: 6 {settings} }}", [Picture]);
        foreach (var settings in new[] { "kernel_size: 4 stride: 2 pad: 1", "kernel_size: 3 stride: 2 group: 2", "kernel_size: 3 stride: 3 pad: 1 group: 6 bias_term: false", "kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 2" })
            yield return ("Deconvolution", $"convolution_param {{ num_output: 6 {settings} }}", [Picture]);
        foreach (var pool in new[] { "MAX", "AVE" })
            foreach (var settings in new[] { "kernel_size: 3 stride: 2", "kernel_size: 3 stride: 2 pad: 1", "kernel_size: 2 stride: 3 pad: 1", "kernel_h: 2 kernel_w: 3 stride_h: 1 stride_w: 2 pad_h: 1 pad_w: 0", "global_pooling: true", "kernel_size: 3 stride: 1 pad: 1" })
                yield return ("Pooling", $"pooling_param {{ pool: {pool} {settings} }}", [Picture]);
        foreach (var settings in new[] { "local_size: 3 alpha: 0.7 beta: 0.6", "local_size: 5 alpha: 0.1 beta: 0.75", "local_size: 3 alpha: 0.5 beta: 0.75 norm_region: WITHIN_CHANNEL" })
            yield return ("LRN", $"lrn_param {{ {settings} }}", [Picture]);
        yield return ("InnerProduct", "inner_product_param { num_output: 5 }", [Picture]);
        yield return ("InnerProduct", "inner_product_param { num_output: 5 bias_term: false }", [[3, 8]]);
        foreach (var settings in new[] { "", "softmax_param { axis: 2 }", "softmax_param { axis: -1 }" }) yield return ("Softmax", settings, [Picture]);
        foreach (var settings in new[] { "operation: PROD", "operation: MAX", "operation: SUM coeff: 1 coeff: -1 coeff: 0.5" }) yield return ("Eltwise", $"eltwise_param {{ {settings} }}", [Picture, Picture, Picture]);
        foreach (var settings in new[] { "axis: 2", "axis: -1", "concat_dim: 1" }) yield return ("Concat", $"concat_param {{ {settings} }}", [Picture, Picture]);
        yield return ("Crop", "crop_param { axis: 2 offset: 1 offset: 3 }", [Picture, [2, 6, 4, 5]]);
        yield return ("Crop", "crop_param { axis: 1 offset: 2 }", [Picture, [2, 3, 4, 5]]);
        foreach (var settings in new[] { "dim: 0 dim: -1", "dim: 0 dim: 3 dim: -1 dim: 9", "dim: -1 } axis: 2 #", "dim: 14 dim: 3 } axis: 1 num_axes: 2 #" }) yield return ("Reshape", $"reshape_param {{ shape {{ {(settings.EndsWith('#') ? settings[..^1] : settings + " }")} }}", [Picture]);
        foreach (var settings in new[] { "axis: 1", "axis: 1 end_axis: 2", "axis: 2" }) yield return ("Flatten", $"flatten_param {{ {settings} }}", [Picture]);
        foreach (var settings in new[] { "power: 2 scale: 0.5 shift: 1", "scale: -3 shift: 0.5", "power: 0.5 shift: 2" }) yield return ("Power", $"power_param {{ {settings} }}", [Picture]);
        yield return ("Exp", "exp_param { base: 2 scale: 0.5 shift: 0.25 }", [Picture]);
        yield return ("Exp", "", [Picture]);
        yield return ("ELU", "", [Picture]);
        yield return ("BNLL", "", [Picture]);
        yield return ("AbsVal", "", [Picture]);
        yield return ("ReLU", "relu_param { negative_slope: 0.2 }", [Picture]);
        yield return ("PReLU", "", [Picture]);
        foreach (var settings in new[] { "", "normalize_variance: false", "across_channels: true" }) yield return ("MVN", $"mvn_param {{ {settings} }}", [Picture]);
        yield return ("BatchNorm", "batch_norm_param { eps: 0.01 }", [Picture]);
        yield return ("Scale", "scale_param { bias_term: true }", [Picture]);
        yield return ("Scale", "scale_param { axis: 0 }", [Picture, [2, 6]]);
        foreach (var order in new[] { "0 2 3 1", "0 3 1 2", "0 1 3 2" }) yield return ("Permute", $"permute_param {{ {string.Join(' ', order.Split(' ').Select(o => $"order: {o}"))} }}", [Picture]);
        // OpenCV has no weights of channels over whole samples, and LRN without k.
        foreach (var settings in new[] { "across_spatial: true channel_shared: true", "across_spatial: false channel_shared: true", "across_spatial: false channel_shared: false" }) yield return ("Normalize", $"norm_param {{ {settings} }}", [[1, 6, 7, 9]]);
        Shape[] map = [[1, 4, 3, 5], [1, 3, 60, 90]];
        foreach (var settings in new[]
        {
            "min_size: 20 clip: false variance: 0.1", "min_size: 20 max_size: 40 aspect_ratio: 2 clip: false variance: 0.1", "min_size: 20 max_size: 40 aspect_ratio: 2 aspect_ratio: 3 flip: false clip: true variance: 0.1", "min_size: 20 aspect_ratio: 2 step: 16 offset: 0.25 clip: false variance: 0.1",
            "min_size: 20 max_size: 45 aspect_ratio: 1 aspect_ratio: 2 aspect_ratio: 0.5 flip: true clip: false variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2", "min_size: 10 min_size: 25 max_size: 20 max_size: 45 aspect_ratio: 2 clip: false variance: 0.3", "min_size: 20 step_h: 18 step_w: 20 clip: true variance: 0.1",
        })
            yield return ("PriorBox", $"prior_box_param {{ {settings} }}", map);
    }

    static IEnumerable<TestCaseData> Cases() => Layers().Select(l => new TestCaseData(l.Type, l.Settings, l.Inputs).SetName($"OpenCV agrees: {l.Type} {l.Settings} {string.Join(' ', l.Inputs.Select(s => s.Rank))}"));

    [TestCaseSource(nameof(Cases))]
    public void OpenCvComputesTheSame(string type, string settings, Shape[] shapes)
    {
        if (OpenCv.Absent() is { } reason) Assert.Ignore(reason);
        var text = CaffeNet.Text(type, settings, shapes);
        var net = CaffeNet.Read(text);
        CaffeNet.Weigh(net, 0.1, 0.9);
        var inputs = shapes.Select((s, i) => (Name: $"x{i}", Value: CaffeNet.Numbers($"x{i}", s))).ToDictionary(i => i.Name, i => i.Value);
        Same(CaffeNet.Run(net, [.. inputs.Values])[0], Theirs(text, net, inputs));
    }

    static NDArray Theirs(string text, GraphNet net, Dictionary<string, NDArray> inputs) => CaffeNet.InOpenCv(text, net, inputs)[0];

    static void Same(NDArray ours, NDArray theirs)
    {
        Assert.That($"{theirs.Shape}", Is.EqualTo($"{ours.Shape}"));
        for (var i = 0; i < ours.Count; i++) Assert.That(ours.Number(i), Is.EqualTo(theirs.Number(i)).Within(2e-5 * Math.Max(1, Math.Abs(theirs.Number(i)))), $"element {i}");
    }

    [Test]
    public void Detections([Values("CENTER_SIZE", "CORNER")] string code, [Values] bool shared, [Values] bool encoded, [Values(-1, 5)] int topK, [Values(100, 4)] int keep)   // OpenCV lays out memory for so many, and takes -1 for a size
    {
        if (OpenCv.Absent() is { } reason) Assert.Ignore(reason);
        const int boxes = 12, classes = 3;
        var sets = shared ? 1 : classes;
        Shape[] shapes = [[1, boxes * sets * 4], [1, boxes * classes], [1, 2, boxes * 4]];
        string Text(Shape priors) => CaffeNet.Text("DetectionOutput", $"detection_output_param {{ num_classes: {classes} share_location: {(shared ? "true" : "false")} background_label_id: 0 code_type: {code} variance_encoded_in_target: {(encoded ? "true" : "false")} nms_param {{ nms_threshold: 0.35 top_k: {topK} }} keep_top_k: {keep} confidence_threshold: 0.25 }}", [.. shapes[..2], priors]);
        var net = CaffeNet.Read(Text(shapes[2]));
        var far = code == "CORNER" && encoded ? 0.04 : 0.5;   // no move turns a box inside out
        NDArray moves = CaffeNet.Numbers("moves", shapes[0], -far, far), scores = CaffeNet.Numbers("scores", shapes[1], 0, 1), priors = CaffeNet.Numbers("priors", shapes[2], 0.1, 0.4);
        for (var i = 0; i < boxes * 4; i++) priors[0, 0, i] += i % 4 < 2 ? 0 : 0.4;
        // OpenCV wants no variances where they are encoded.
        var theirs = encoded ? NDArray.From(priors.ToArray<float>()[..(boxes * 4)], [1, 1, boxes * 4]) : priors;
        // It has the best first, whatever their class, and rows of 0 behind the last.
        var found = Theirs(Text(theirs.Shape), net, new() { ["x0"] = moves, ["x1"] = scores, ["x2"] = theirs }).ToArray<float>().Chunk(7).Where(row => row[2] > 0).OrderBy(row => row[1]).ThenByDescending(row => row[2]).ToArray();
        Same(CaffeNet.Run(net, moves, scores, priors)[0], NDArray.From([.. found.SelectMany(row => row)], [1, 1, found.Length, 7]));
    }
}
