using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Transfer.Caffe;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Layers without windows against their definitions.</summary>
internal sealed class CaffeLayerTests
{
    static readonly Shape Picture = [2, 3, 4, 5];

    static IEnumerable<TestCaseData> Elementwise()
    {
        TestCaseData Case(string type, string settings, Func<double, double> f, double lo = -1) => new TestCaseData(type, settings, f, lo).SetName($"Caffe element-wise: {type} {settings}");
        yield return Case("ReLU", "", v => Math.Max(0, v));
        yield return Case("ReLU", "relu_param { negative_slope: 0.1 }", v => v > 0 ? v : 0.1 * v);
        yield return Case("ELU", "elu_param { alpha: 0.5 }", v => v > 0 ? v : 0.5 * (Math.Exp(v) - 1));
        yield return Case("Sigmoid", "", v => 1 / (1 + Math.Exp(-v)));
        yield return Case("TanH", "", Math.Tanh);
        yield return Case("BNLL", "", v => Math.Log(1 + Math.Exp(v)));
        yield return Case("AbsVal", "", Math.Abs);
        yield return Case("Power", "power_param { power: 2 scale: 0.5 shift: 3 }", v => Math.Pow(3 + 0.5 * v, 2));
        yield return Case("Power", "power_param { power: -0.75 scale: 0.5 shift: 3 }", v => Math.Pow(3 + 0.5 * v, -0.75));
        yield return Case("Exp", "exp_param { base: 2 scale: 0.5 shift: 3 }", v => Math.Pow(2, 3 + 0.5 * v));
        yield return Case("Exp", "", Math.Exp);
        yield return Case("Log", "log_param { base: 10 scale: 0.5 shift: 3 }", v => Math.Log10(3 + 0.5 * v));
        yield return Case("Log", "", Math.Log, lo: 0.1);
        yield return Case("Threshold", "threshold_param { threshold: 0.25 }", v => v > 0.25 ? 1 : 0);
        yield return Case("Clip", "clip_param { min: -0.5 max: 0.25 }", v => Math.Clamp(v, -0.5, 0.25));
        yield return Case("Swish", "swish_param { beta: 1.5 }", v => v / (1 + Math.Exp(-1.5 * v)));
        yield return Case("Dropout", "dropout_param { dropout_ratio: 0.4 }", v => v);
    }

    [TestCaseSource(nameof(Elementwise))]
    public void ElementwiseLayers(string type, string settings, Func<double, double> f, double lo)
    {
        var net = CaffeNet.Read(CaffeNet.Text(type, settings, [Picture]));
        var x = CaffeNet.Numbers("x", Picture, lo);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], Picture, at => f(x[at]));
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static IEnumerable<TestCaseData> Weighted()
    {
        TestCaseData Case(string type, string settings, Func<NDArray, NDArray[], int[], double> f) => new TestCaseData(type, settings, f).SetName($"Caffe with weights: {type} {settings}");
        yield return Case("PReLU", "", (x, w, at) => x[at] > 0 ? x[at] : w[0][at[1]] * x[at]);
        yield return Case("PReLU", "prelu_param { channel_shared: true }", (x, w, at) => x[at] > 0 ? x[at] : w[0][0] * x[at]);
        yield return Case("Scale", "scale_param { bias_term: true }", (x, w, at) => x[at] * w[0][at[1]] + w[1][at[1]]);
        yield return Case("Scale", "scale_param { axis: 2 num_axes: 2 }", (x, w, at) => x[at] * w[0][at[2], at[3]]);
        yield return Case("Scale", "scale_param { axis: 1 num_axes: -1 }", (x, w, at) => x[at] * w[0][at[1], at[2], at[3]]);
        yield return Case("Scale", "scale_param { num_axes: 0 }", (x, w, at) => x[at] * w[0].Number(0));
        yield return Case("Bias", "bias_param { axis: -1 }", (x, w, at) => x[at] + w[0][at[3]]);
        yield return Case("BatchNorm", "batch_norm_param { eps: 0.01 }", (x, w, at) => (x[at] - w[0][at[1]] / w[2][0]) / Math.Sqrt(w[1][at[1]] / w[2][0] + 0.01));
        yield return Case("Normalize", "norm_param { across_spatial: false channel_shared: false }", (x, w, at) => w[0][at[1]] * x[at] / Math.Sqrt(Sum(x, v => v * v, at[0], null, at[2], at[3]) + 1e-10));
        yield return Case("Normalize", "norm_param { across_spatial: true channel_shared: true }", (x, w, at) => w[0][0] * x[at] / Math.Sqrt(Sum(x, v => v * v, at[0]) + 1e-10));
        yield return Case("MVN", "", (x, _, at) => (x[at] - Mean(x, at[0], at[1])) / (Math.Sqrt(Sum(x, v => Math.Pow(v - Mean(x, at[0], at[1]), 2), at[0], at[1]) / 20) + 1e-9));
        yield return Case("MVN", "mvn_param { across_channels: true normalize_variance: false }", (x, _, at) => x[at] - Sum(x, v => v, at[0]) / 60);
        yield return Case("Softmax", "", (x, _, at) => Math.Exp(x[at]) / Sum(x, Math.Exp, at[0], null, at[2], at[3]));
        yield return Case("Softmax", "softmax_param { axis: -1 }", (x, _, at) => Math.Exp(x[at]) / Sum(x, Math.Exp, at[0], at[1], at[2]));
    }

    [TestCaseSource(nameof(Weighted))]
    public void LayersThatKeepTheShape(string type, string settings, Func<NDArray, NDArray[], int[], double> f)
    {
        var net = CaffeNet.Read(CaffeNet.Text(type, settings, [Picture]));
        var (w, x) = (CaffeNet.Weigh(net, 0.1, 0.9), CaffeNet.Numbers("x", Picture));
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], Picture, at => f(x, w, at), 5e-5);
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static double Mean(NDArray x, int n, int c) => Sum(x, v => v, n, c) / (x.Shape[2] * x.Shape[3]);

    /// <summary>The sum over all axes that are not given.</summary>
    static double Sum(NDArray x, Func<double, double> f, params int?[] at)
    {
        double sum = 0;
        for (var i = 0; i < x.Count; i++)
        {
            var (rest, fits) = (i, true);
            for (var axis = x.Shape.Rank - 1; axis >= 0; axis--)
            {
                fits &= axis >= at.Length || at[axis] is not { } fixedAt || fixedAt == rest % x.Shape[axis];
                rest /= (int)x.Shape[axis];
            }
            if (fits) sum += f(x.Number(i));
        }
        return sum;
    }

    [TestCase("", 1, false), TestCase("axis: 2", 2, false), TestCase("axis: -1", 3, false), TestCase("transpose: true", 1, true), TestCase("bias_term: false", 1, false)]
    public void InnerProduct(string settings, int axis, bool transpose)
    {
        var bias = !settings.Contains("false");
        var text = CaffeNet.Text("InnerProduct", $"inner_product_param {{ num_output: 7 {settings} }}", [Picture]);
        var (inputs, x) = ((int)Picture[axis..].Elements, CaffeNet.Numbers("x", Picture));
        NDArray kernel = CaffeNet.Numbers("k", transpose ? [inputs, 7] : [7, inputs]), add = CaffeNet.Numbers("b", [7]);
        var model = new Zoo.Transfer.Caffe.Proto.NetParameter { Layer = { new Zoo.Transfer.Caffe.Proto.LayerParameter { Name = "layer", Type = "InnerProduct", Blobs = { Blob(kernel) } } } };
        if (bias) model.Layer[0].Blobs.Add(Blob(add));
        var net = CaffeNet.Read(text, null, model);
        Assert.That(net.Warnings, Is.Empty);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], Shape.Create([.. Picture.Dims[..axis], 7]), at =>
        {
            var (row, sum) = (0, bias ? add[at[^1]] : 0);
            for (var i = 0; i < axis; i++) row = row * (int)Picture[i] + at[i];
            for (var i = 0; i < inputs; i++) sum += x.Number(row * inputs + i) * (transpose ? kernel[i, at[^1]] : kernel[at[^1], i]);
            return sum;
        });
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static Zoo.Transfer.Caffe.Proto.BlobProto Blob(NDArray values) => new() { Shape = new() { Dim = { values.Shape.Dims.ToArray() } }, Data = { values.ToArray<float>() } };

    [TestCase("Eltwise", "eltwise_param { operation: PROD }"), TestCase("Eltwise", "eltwise_param { operation: MAX }"), TestCase("Eltwise", "eltwise_param { operation: MAX coeff: 2 coeff: 3 }"), TestCase("Eltwise", ""), TestCase("Eltwise", "eltwise_param { coeff: 0.5 coeff: -2 }"), TestCase("Scale", "scale_param { axis: 0 }"), TestCase("Bias", "bias_param { axis: 0 }")]
    public void TwoInputs(string type, string settings)
    {
        var net = CaffeNet.Read(CaffeNet.Text(type, settings, [Picture, Picture]));
        NDArray a = CaffeNet.Numbers("a", Picture), b = CaffeNet.Numbers("b", Picture);
        var y = CaffeNet.Run(net, a, b);
        CaffeNet.Near(y[0], Picture, at => settings.Contains("PROD") ? a[at] * b[at] : settings.Contains("MAX") ? Math.Max(a[at], b[at]) : settings.Contains("coeff") ? 0.5 * a[at] - 2 * b[at] : type == "Scale" ? a[at] * b[at] : a[at] + b[at]);
        CaffeNet.SurvivesFiles(net, [a, b], y);
    }

    [TestCase("Eltwise", "eltwise_param { operation: PROD coeff: 1 coeff: 1 }", "2 coefficients"), TestCase("Eltwise", "eltwise_param { coeff: 1 }", "1 coefficients"), TestCase("LRN", "lrn_param { local_size: 4 }", "no middle"),
     TestCase("LRN", "lrn_param { local_size: 2 norm_region: WITHIN_CHANNEL }", "Expected an odd number"), TestCase("Dropout", "dropout_param { scale_train: false }", "scale_train"), TestCase("ArgMax", "argmax_param { axis: 1 top_k: 4 }", "at most all"),
     TestCase("Flatten", "flatten_param { axis: 2 end_axis: 1 }", "wrong order"), TestCase("Reshape", "reshape_param { shape { dim: -1 dim: -1 } }", "one of which may be -1"), TestCase("Python", "python_param { module: \"m\" layer: \"l\" }", "Net.Caffe.Register(\"Python\"")]
    public void WhatCaffeRefuses(string type, string settings, string reason) =>
        Assert.That(Assert.Throws<ImportException>(() => CaffeNet.Read(CaffeNet.Text(type, settings, type == "Eltwise" ? [Picture, Picture] : [Picture])))!.Message, Does.Contain(reason));

    [Test]
    public void EmbeddingsAndNewOrders()
    {
        var net = CaffeNet.Read(CaffeNet.Text("Embed", "embed_param { input_dim: 5 num_output: 3 }", [[4, 1]]));
        var (w, x) = (CaffeNet.Weigh(net), NDArray.From(new float[,] { { 2 }, { 0 }, { 4 }, { 2 } }));
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [4, 1, 3], at => w[0][(int)x[at[0], 0], at[2]] + w[1][at[2]]);
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [Test]
    public void DefaultBoxes()
    {
        var net = CaffeNet.Read(CaffeNet.Text("PriorBox", "prior_box_param { min_size: 30 max_size: 60 aspect_ratio: 2 clip: true variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }", [[1, 8, 2, 3], [1, 3, 60, 90]]));
        NDArray map = CaffeNet.Numbers("m", [1, 8, 2, 3]), picture = CaffeNet.Numbers("p", [1, 3, 60, 90]);
        var y = CaffeNet.Run(net, map, picture);
        var root = Math.Sqrt(2);
        (double W, double H)[] sides = [(30, 30), (Math.Sqrt(1800), Math.Sqrt(1800)), (30 * root, 30 / root), (30 / root, 30 * root)];
        CaffeNet.Near(y[0], [1, 2, 2 * 3 * 4 * 4], at =>
        {
            var (corner, side, column, row) = (at[2] % 4, sides[at[2] / 4 % 4], at[2] / 16 % 3, at[2] / 48);
            if (at[1] == 1) return corner < 2 ? 0.1 : 0.2;
            var (x, y) = ((column + 0.5) * 30, (row + 0.5) * 30);
            return Math.Clamp(corner switch { 0 => (x - side.W / 2) / 90, 1 => (y - side.H / 2) / 60, 2 => (x + side.W / 2) / 90, _ => (y + side.H / 2) / 60 }, 0, 1);
        });
        CaffeNet.SurvivesFiles(net, [map, picture], y);
    }
}
