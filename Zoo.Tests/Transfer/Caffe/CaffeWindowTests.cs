using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Convolution, Deconvolution, Pooling, SPP, Im2col and LRN against their definitions, written as loops.</summary>
internal sealed class CaffeWindowTests
{
    static readonly object[] Convolutions =
    [
        // channels, size, filters, kernel, stride, pad, dilation, group, bias
        new object[] { 3, 7, 4, 3, 1, 0, 1, 1, true },
        new object[] { 3, 7, 4, 3, 1, 1, 1, 1, true },
        new object[] { 3, 8, 4, 3, 2, 1, 1, 1, true },
        new object[] { 4, 9, 6, 3, 2, 2, 2, 2, true },
        new object[] { 3, 6, 6, 3, 1, 1, 1, 1, true },   // as wide as there are filters
        new object[] { 4, 7, 4, 3, 1, 1, 1, 4, false },
        new object[] { 4, 7, 8, 3, 2, 1, 1, 4, true },
        new object[] { 2, 6, 3, 1, 1, 0, 1, 1, false },
        new object[] { 2, 9, 3, 2, 3, 1, 1, 1, true },
    ];

    [TestCaseSource(nameof(Convolutions))]
    public void Convolution(int channels, int size, int filters, int k, int stride, int pad, int dilation, int group, bool bias)
    {
        Shape shape = [2, channels, size, size + 1];
        var net = CaffeNet.Read(CaffeNet.Text("Convolution", $"convolution_param {{ num_output: {filters} kernel_size: {k} stride: {stride} pad: {pad} dilation: {dilation} group: {group} bias_term: {(bias ? "true" : "false")} }}", [shape]));
        var (w, x) = (CaffeNet.Weigh(net), CaffeNet.Numbers("x", shape));
        Assert.That(w[0].Shape, Is.EqualTo(Shape.Of(filters, channels / group, k, k)));
        int Places(int n) => (n + 2 * pad - dilation * (k - 1) - 1) / stride + 1;
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, filters, Places(size), Places(size + 1)], at =>
        {
            double sum = bias ? w[1][at[1]] : 0;
            for (var c = 0; c < channels / group; c++)
                for (var i = 0; i < k; i++)
                    for (var j = 0; j < k; j++)
                        sum += w[0][at[1], c, i, j] * At(x, at[0], at[1] / (filters / group) * (channels / group) + c, at[2] * stride - pad + i * dilation, at[3] * stride - pad + j * dilation);
            return sum;
        });
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static readonly object[] Deconvolutions =
    [
        new object[] { 3, 4, 2, 3, 2, 0, 1, true },
        new object[] { 3, 4, 2, 4, 2, 1, 1, true },
        new object[] { 2, 4, 2, 2, 3, 0, 1, false },
        new object[] { 4, 3, 4, 4, 2, 1, 4, false },
        new object[] { 4, 3, 6, 3, 1, 1, 2, true },
        new object[] { 2, 3, 7, 3, 2, 0, 1, true },   // as wide as there are filters
    ];

    [TestCaseSource(nameof(Deconvolutions))]
    public void Deconvolution(int channels, int size, int filters, int k, int stride, int pad, int group, bool bias)
    {
        Shape shape = [2, channels, size, size];
        var net = CaffeNet.Read(CaffeNet.Text("Deconvolution", $"convolution_param {{ num_output: {filters} kernel_size: {k} stride: {stride} pad: {pad} group: {group} bias_term: {(bias ? "true" : "false")} }}", [shape]));
        var (w, x) = (CaffeNet.Weigh(net), CaffeNet.Numbers("x", shape));
        Assert.That(w[0].Shape, Is.EqualTo(Shape.Of(channels, filters / group, k, k)));
        var places = (size - 1) * stride + k - 2 * pad;
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, filters, places, places], at =>
        {
            double sum = bias ? w[1][at[1]] : 0;
            var part = at[1] / (filters / group);
            for (var c = 0; c < channels / group; c++)
                for (var i = 0; i < k; i++)
                    for (var j = 0; j < k; j++)
                    {
                        var (row, column) = (at[2] + pad - i, at[3] + pad - j);
                        if (row % stride == 0 && column % stride == 0) sum += w[0][part * (channels / group) + c, at[1] % (filters / group), i, j] * At(x, at[0], part * (channels / group) + c, row / stride, column / stride);
                    }
            return sum;
        });
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [Test]
    public void Pooling([Values("MAX", "AVE")] string method, [Values(2, 3)] int k, [Values(1, 2, 3)] int stride, [Values(0, 1)] int pad, [Values(7, 8)] int size, [Values("CEIL", "FLOOR")] string round) => Pooling(method, k, stride, pad, size, round, lo: -1);

    /// <summary>Caffe pads no stochastic pooling, and its values are probabilities.</summary>
    [Test]
    public void StochasticPooling([Values(2, 3)] int k, [Values(1, 2, 3)] int stride, [Values(7, 8)] int size) => Pooling("STOCHASTIC", k, stride, 0, size, "CEIL", lo: 0);

    static void Pooling(string method, int k, int stride, int pad, int size, string round, double lo)
    {
        Shape shape = [2, 3, size, size];
        var net = CaffeNet.Read(CaffeNet.Text("Pooling", $"pooling_param {{ pool: {method} kernel_size: {k} stride: {stride} pad: {pad} {(round == "FLOOR" ? "round_mode: FLOOR" : "")} }}", [shape]));
        var x = CaffeNet.Numbers("x", shape, lo);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, 3, Windows(size), Windows(size)], at => Pooled(x, method, at, (k, k), (stride, stride), (pad, pad)));
        CaffeNet.SurvivesFiles(net, [x], y);

        int Windows(int n)
        {
            var count = (round == "CEIL" ? (int)Math.Ceiling((n + 2 * pad - k) / (double)stride) : (n + 2 * pad - k) / stride) + 1;
            return pad > 0 && (count - 1) * stride >= n + pad ? count - 1 : count;
        }
    }

    [Test]
    public void OneWindowMayBeThePicture([Values("MAX", "AVE")] string method, [Values("Pooling: pooling_param { global_pooling: true", "SPP: spp_param { pyramid_height: 1")] string layer)
    {
        Shape shape = [2, 3, 4, 5];
        var parts = layer.Split(": ", 2);
        var net = CaffeNet.Read(CaffeNet.Text(parts[0], $"{parts[1]} pool: {method} }}", [shape]));
        var x = CaffeNet.Numbers("x", shape);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, 3, 1, 1], at => Pooled(x, method, at, (4, 5), (4, 5), (0, 0)));
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [TestCase("MAX"), TestCase("AVE")]
    public void Pyramids(string method)
    {
        Shape shape = [2, 3, 9, 6];
        var net = CaffeNet.Read(CaffeNet.Text("SPP", $"spp_param {{ pyramid_height: 3 pool: {method} }}", [shape]));
        var x = CaffeNet.Numbers("x", shape);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, 3 * (1 + 4 + 16)], at =>
        {
            var (place, parts) = (at[1], 1);
            for (; place >= 3 * parts * parts; parts *= 2) place -= 3 * parts * parts;
            (int Rows, int Columns) window = ((9 + parts - 1) / parts, (6 + parts - 1) / parts);
            return Pooled(x, method, [at[0], place / (parts * parts), place / parts % parts, place % parts], window, window, ((window.Rows * parts - 9 + 1) / 2, (window.Columns * parts - 6 + 1) / 2));
        });
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static double Pooled(NDArray x, string method, int[] at, (int Rows, int Columns) k, (int Rows, int Columns) stride, (int Rows, int Columns) pad)
    {
        var (height, width) = ((int)x.Shape[2], (int)x.Shape[3]);
        int top = at[2] * stride.Rows - pad.Rows, left = at[3] * stride.Columns - pad.Columns;
        var size = (Math.Min(top + k.Rows, height + pad.Rows) - top) * (Math.Min(left + k.Columns, width + pad.Columns) - left);
        double most = float.MinValue, sum = 0, squares = 0;
        for (var i = Math.Max(0, top); i < Math.Min(top + k.Rows, height); i++)
            for (var j = Math.Max(0, left); j < Math.Min(left + k.Columns, width); j++)
            {
                var v = x[at[0], at[1], i, j];
                (most, sum, squares) = (Math.Max(most, v), sum + v, squares + v * v);
            }
        return method switch { "MAX" => most, "AVE" => sum / size, _ => sum == 0 ? 0 : squares / sum };
    }

    [Test]
    public void Im2col()
    {
        Shape shape = [2, 3, 6, 7];
        var net = CaffeNet.Read(CaffeNet.Text("Im2col", "convolution_param { kernel_size: 3 kernel_size: 2 stride: 2 pad: 1 pad: 0 }", [shape]));
        var x = CaffeNet.Numbers("x", shape);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, 18, 3, 3], at => At(x, at[0], at[1] / 6, at[2] * 2 - 1 + at[1] / 2 % 3, at[3] * 2 + at[1] % 2));
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [TestCase("ACROSS_CHANNELS", 3, 1), TestCase("ACROSS_CHANNELS", 5, 2.5), TestCase("WITHIN_CHANNEL", 3, 1), TestCase("WITHIN_CHANNEL", 5, 1)]
    public void LocalResponse(string region, int size, double k)
    {
        Shape shape = [2, 6, 5, 5];
        var net = CaffeNet.Read(CaffeNet.Text("LRN", $"lrn_param {{ local_size: {size} alpha: 0.7 beta: 0.6 k: {k} norm_region: {region} }}", [shape]));
        var x = CaffeNet.Numbers("x", shape);
        var (y, far) = (CaffeNet.Run(net, x), size / 2);
        CaffeNet.Near(y[0], shape, at =>
        {
            double sum = 0;
            for (var i = -far; i <= far; i++)
                if (region == "ACROSS_CHANNELS") sum += at[1] + i is >= 0 and < 6 ? Math.Pow(x[at[0], at[1] + i, at[2], at[3]], 2) : 0;
                else for (var j = -far; j <= far; j++) sum += Math.Pow(At(x, at[0], at[1], at[2] + i, at[3] + j), 2);
            return x[at] / Math.Pow(k + 0.7 / (region == "ACROSS_CHANNELS" ? size : size * size) * sum, 0.6);
        });
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static double At(NDArray x, int n, int c, int row, int column) => row >= 0 && column >= 0 && row < x.Shape[2] && column < x.Shape[3] ? x[n, c, row, column] : 0;
}
