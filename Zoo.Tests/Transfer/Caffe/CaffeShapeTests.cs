using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Layers that move elements or pick them.</summary>
internal sealed class CaffeShapeTests
{
    static readonly Shape Picture = [2, 3, 4, 5];

    // Row-major elements stay as they are: the shape says it all.
    [TestCase("Reshape", "reshape_param { shape { dim: 0 dim: -1 } }", new long[] { 2, 60 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 2 dim: 12 dim: 5 } }", new long[] { 2, 12, 5 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 1 dim: -1 dim: 5 } }", new long[] { 2, 12, 5 })]   // the file's batch size stands for any
    [TestCase("Reshape", "reshape_param { shape { dim: -1 dim: 5 } }", new long[] { 24, 5 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 20 } axis: 2 }", new long[] { 2, 3, 20 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 6 dim: 2 } axis: 1 num_axes: 2 }", new long[] { 2, 6, 2, 5 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 1 } axis: 1 num_axes: 0 }", new long[] { 2, 1, 3, 4, 5 })]
    [TestCase("Reshape", "reshape_param { shape { dim: 5 dim: 1 } axis: -2 }", new long[] { 2, 3, 4, 5, 1 })]
    [TestCase("Flatten", "", new long[] { 2, 60 })]
    [TestCase("Flatten", "flatten_param { axis: 2 }", new long[] { 2, 3, 20 })]
    [TestCase("Flatten", "flatten_param { axis: 1 end_axis: 2 }", new long[] { 2, 12, 5 })]
    [TestCase("Flatten", "flatten_param { axis: 0 end_axis: 1 }", new long[] { 6, 4, 5 })]
    public void Reshaping(string type, string settings, long[] expected)
    {
        var net = CaffeNet.Read(CaffeNet.Text(type, settings, [Picture]));
        var x = CaffeNet.Numbers("x", Picture);
        var y = CaffeNet.Run(net, x);
        Assert.That(y[0].Shape.ToArray(), Is.EqualTo(expected));
        Assert.That(y[0].ToArray<float>(), Is.EqualTo(x.ToArray<float>()));
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    static IEnumerable<TestCaseData> Moving()
    {
        TestCaseData Case(string type, string settings, Shape shape, Func<NDArray, int[], double> f) => new TestCaseData(type, settings, shape, f).SetName($"Caffe moves: {type} {settings}");
        yield return Case("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }", [2, 4, 5, 3], (x, i) => x[i[0], i[3], i[1], i[2]]);
        yield return Case("Permute", "permute_param { order: 1 order: 0 }", [3, 2, 4, 5], (x, i) => x[i[1], i[0], i[2], i[3]]);
        yield return Case("Tile", "tile_param { axis: 1 tiles: 2 }", [2, 6, 4, 5], (x, i) => x[i[0], i[1] % 3, i[2], i[3]]);
        yield return Case("Reduction", "reduction_param { operation: SUM axis: 2 coeff: 2 }", [2, 3], (x, i) => 2 * Each(x, i).Sum());
        yield return Case("Reduction", "reduction_param { operation: ASUM axis: 2 }", [2, 3], (x, i) => Each(x, i).Sum(Math.Abs));
        yield return Case("Reduction", "reduction_param { operation: SUMSQ axis: 2 }", [2, 3], (x, i) => Each(x, i).Sum(v => v * v));
        yield return Case("Reduction", "reduction_param { operation: MEAN axis: 2 }", [2, 3], (x, i) => Each(x, i).Average());
        yield return Case("Reduction", "reduction_param { operation: MEAN axis: -1 coeff: -3 }", [2, 3, 4], (x, i) => -3 * Enumerable.Range(0, 5).Average(n => x[i[0], i[1], i[2], n]));
        yield return Case("ArgMax", "argmax_param { axis: 1 }", [2, 1, 4, 5], (x, i) => Enumerable.Range(0, 3).MaxBy(c => x[i[0], c, i[2], i[3]]));
        yield return Case("ArgMax", "argmax_param { axis: 1 top_k: 2 out_max_val: true }", [2, 2, 4, 5], (x, i) => Enumerable.Range(0, 3).Select(c => x[i[0], c, i[2], i[3]]).OrderDescending().ElementAt(i[1]));
        yield return Case("ArgMax", "argmax_param { top_k: 3 out_max_val: true }", [2, 2, 3, 1], (x, i) =>
        {
            var best = Enumerable.Range(0, 60).OrderByDescending(n => x.Number(i[0] * 60 + n)).ElementAt(i[2]);
            return i[1] == 0 ? best : x.Number(i[0] * 60 + best);
        });
    }

    static IEnumerable<double> Each(NDArray x, int[] at) => from row in Enumerable.Range(0, 4) from column in Enumerable.Range(0, 5) select x[at[0], at[1], row, column];

    [TestCaseSource(nameof(Moving))]
    public void LayersThatMove(string type, string settings, Shape shape, Func<NDArray, int[], double> f)
    {
        var net = CaffeNet.Read(CaffeNet.Text(type, settings, [Picture]));
        var x = CaffeNet.Numbers("x", Picture);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], shape, at => f(x, at));
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [TestCase("slice_param { slice_point: 1 slice_point: 3 }", 1, new long[] { 0, 1, 3, 4 }), TestCase("slice_param { axis: 2 slice_point: 1 slice_point: 2 }", 2, new long[] { 0, 1, 2, 4 }), TestCase("slice_param { slice_dim: 3 }", 3, new long[] { 0, 2, 4, 6 })]
    public void Slicing(string settings, int axis, long[] edges)
    {
        Shape shape = [2, 4, 4, 6];
        var net = CaffeNet.Read(CaffeNet.Text("Slice", settings, [shape], results: 3));
        Assert.That(net.Nodes, Is.EqualTo(new[] { "x0", "layer", "layer:1", "layer:2" }));
        var x = CaffeNet.Numbers("x", shape);
        var y = CaffeNet.Run(net, x);
        for (var i = 0; i < 3; i++)
            CaffeNet.Near(y[i], shape.With(axis, edges[i + 1] - edges[i]), at => x[[.. at.Select((n, a) => a == axis ? n + (int)edges[i] : n)]]);
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [TestCase("", 1), TestCase("concat_param { axis: -1 }", 3), TestCase("concat_param { concat_dim: 2 }", 2)]
    public void Joining(string settings, int axis)
    {
        var net = CaffeNet.Read(CaffeNet.Text("Concat", settings, [Picture, Picture]));
        NDArray a = CaffeNet.Numbers("a", Picture), b = CaffeNet.Numbers("b", Picture);
        var y = CaffeNet.Run(net, a, b);
        CaffeNet.Near(y[0], Picture.With(axis, 2 * Picture[axis]), at => at[axis] < Picture[axis] ? a[at] : b[[.. at.Select((n, i) => i == axis ? n - (int)Picture[axis] : n)]]);
        CaffeNet.SurvivesFiles(net, [a, b], y);
    }

    [TestCase("crop_param { axis: 2 offset: 1 offset: 2 }", 2, new[] { 1, 2 }), TestCase("crop_param { axis: 1 offset: 1 }", 1, new[] { 1, 1, 1 }), TestCase("", 2, new[] { 0, 0 })]
    public void Cropping(string settings, int axis, int[] offsets)
    {
        Shape like = [2, axis == 1 ? 2 : 3, 3, 3];
        var net = CaffeNet.Read(CaffeNet.Text("Crop", settings, [Picture, like]));
        NDArray x = CaffeNet.Numbers("x", Picture), reference = CaffeNet.Numbers("r", like);
        var y = CaffeNet.Run(net, x, reference);
        CaffeNet.Near(y[0], like, at => x[[.. at.Select((n, i) => i < axis ? n : n + offsets[i - axis])]]);
        CaffeNet.SurvivesFiles(net, [x, reference], y);
    }

    [Test]
    public void SamplesInANewOrder()
    {
        var net = CaffeNet.Read(CaffeNet.Text("BatchReindex", "", [Picture, [2]]));
        NDArray x = CaffeNet.Numbers("x", Picture), order = new float[] { 1, 0 };
        var y = CaffeNet.Run(net, x, order);
        CaffeNet.Near(y[0], Picture, at => x[1 - at[0], at[1], at[2], at[3]]);
        CaffeNet.SurvivesFiles(net, [x, order], y);
    }

    [Test]
    public void SamplesThatAreChosen()
    {
        Shape other = [4, 2];
        var net = CaffeNet.Read(CaffeNet.Text("Filter", "", [[4, 3, 2, 2], other, [4, 1, 1]], results: 2));
        NDArray x = CaffeNet.Numbers("x", [4, 3, 2, 2]), z = CaffeNet.Numbers("z", other), chosen = NDArray.From(new float[] { 0, -1, 0, 2 }, [4, 1, 1]);
        var y = CaffeNet.Run(net, x, z, chosen);
        CaffeNet.Near(y[0], [2, 3, 2, 2], at => x[2 * at[0] + 1, at[1], at[2], at[3]]);
        CaffeNet.Near(y[1], [2, 2], at => z[2 * at[0] + 1, at[1]]);
        CaffeNet.SurvivesFiles(net, [x, z, chosen], y);
        Assert.That(Assert.Throws<ImportException>(() => CaffeNet.Read(CaffeNet.Text("Filter", "", [Picture, Picture])))!.Message, Does.Contain("one number for each"));
    }

    [TestCase("", new long[] { 2, 1, 1, 1 }), TestCase("axis: 1", new long[] { 2, 1, 4, 5 }), TestCase("top_k: 2", new long[] { 2, 1, 2, 1 }), TestCase("axis: -1 top_k: 3", new long[] { 2, 3, 4, 3 })]
    public void OfEqualValuesTheLastIsTheFirst(string settings, long[] shape)
    {
        // Caffe sorts pairs of value and place, the largest first.
        var net = CaffeNet.Read(CaffeNet.Text("ArgMax", $"argmax_param {{ {settings} }}", [Picture]));
        var x = NDArray.Zeros(Picture);
        var last = settings.Contains("axis: 1") ? 2 : settings.Contains("axis") ? 4 : 59;
        CaffeNet.Near(CaffeNet.Run(net, x)[0], Shape.Create(shape), at => last - at[settings.Contains("axis: -1") ? 3 : settings.Contains("axis") ? 1 : 2]);
    }

    [TestCase(2), TestCase(3)]
    public void PlacesHaveThreeAxesAtLeast(int rank)
    {
        var net = CaffeNet.Read(CaffeNet.Text("ArgMax", "argmax_param { out_max_val: true }", [Picture[..rank]]));
        Assert.That(CaffeNet.Run(net, CaffeNet.Numbers("x", Picture[..rank]))[0].Shape, Is.EqualTo((Shape)([2, 2, 1])));
    }

    [TestCase("slice_param { axis: 0 }", new long[] { 0, 2, 4, 6 }), TestCase("slice_param { axis: 0 slice_point: 1 slice_point: 2 }", new long[] { 0, 1, 2, 6 })]
    public void SlicingTheBatch(string settings, long[] edges)
    {
        var net = CaffeNet.Read(CaffeNet.Text("Slice", settings, [[6, 3]], results: 3));
        var x = CaffeNet.Numbers("x", [6, 3]);
        var y = CaffeNet.Run(net, x);
        for (var i = 0; i < 3; i++) CaffeNet.Near(y[i], [edges[i + 1] - edges[i], 3], at => x[at[0] + (int)edges[i], at[1]]);
        CaffeNet.SurvivesFiles(net, [x], y);
    }

    [Test]
    public void ConstantsAndCopies()
    {
        var net = CaffeNet.Read("""
            input: "x" input_shape { dim: 2 dim: 3 }
            layer { name: "split" type: "Split" bottom: "x" top: "a" top: "b" }
            layer { name: "ones" type: "DummyData" top: "c" dummy_data_param { shape { dim: 1 dim: 3 } data_filler { value: 4 } } }
            layer { name: "scale" type: "Scale" bottom: "a" bottom: "c" top: "d" scale_param { axis: 0 } }
            layer { name: "sum" type: "Eltwise" bottom: "d" bottom: "b" top: "e" }
            """);
        var x = CaffeNet.Numbers("x", [2, 3]);
        var y = CaffeNet.Run(net, x);
        CaffeNet.Near(y[0], [2, 3], at => 5 * x[at]);
        CaffeNet.SurvivesFiles(net, [x], y, keras: false);   // Keras' files have no constants as inputs of layers
    }
}
