using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Saving;

/// <summary>Pieces of the nets of keras.applications that are no plain stacks of layers: written under Keras' own names, read again, computed by their formulas.</summary>
internal sealed class ApplicationTests : InFolder
{
    static readonly NDArray Picture = NDArray.From([.. Enumerable.Range(0, 2 * 4 * 4 * 6).Select(i => MathF.Sin(i))], [2, 4, 4, 6]);

    static IEnumerable<TestCaseData> Pieces()
    {
        TestCaseData Piece(string net, Func<Variable, Variable> of, params string[] says) => new TestCaseData(of, says).SetName($"A piece of {net}");
        yield return Piece("ConvNeXt", x => x + (x >> new Conv2D(6, 7) { Padding = Padding.Same, Groups = 6 } >> new LayerNormalization(epsilon: 1e-6) >> new Dense(24) >> new Activation("gelu") >> new Dense(6) >> new LayerScale(0.5, 6) >> new StochasticDepth(0.25)),
            "\"module\": \"keras.src.applications.convnext\"", "\"class_name\": \"LayerScale\"", "\"init_values\": 0.5", "\"projection_dim\": 6", "\"class_name\": \"StochasticDepth\"", "\"drop_path_rate\": 0.25", "\"class_name\": \"Add\"");
        yield return Piece("InceptionResNetV2", x => new CustomScaleLayer(0.17).Apply(x, x >> new Conv2D(6, 1)) >> new Activation("relu"), "\"module\": \"keras.src.applications.inception_resnet_v2\"", "\"class_name\": \"CustomScaleLayer\"", "\"scale\": 0.17");
        yield return Piece("MobileNetV3", x =>
        {
            // its hard sigmoid is a ReLU between free operations, its squeeze keeps the axes
            var squeezed = x >> new GlobalAveragePooling2D { KeepDims = true } >> new Conv2D(8, 1) >> new ReLU() >> new Conv2D(6, 1);
            return (x >> new Activation("hard_swish")) * ((squeezed + 3 >> new ReLU { MaxValue = 6 }) * (1 / 6.0));
        }, "\"class_name\": \"Multiply\"", "\"class_name\": \"Add\"");
        yield return Piece("EfficientNet", x =>
        {
            var y = x >> new Rescaling(1 / 255.0) >> new Normalization([-1]) >> new Rescaling(new double[] { 1, 2, 3, 4, 5, 6 }) >> new ZeroPadding2D(((0, 1), (0, 1))) >> new DepthwiseConv2D(3) { Strides = 2, UseBias = false } >> new BatchNormalization() >> new Activation("swish");
            var gate = y >> new GlobalAveragePooling2D() >> new Reshape(1, 1, 6) >> new Conv2D(2, 1, "swish") >> new Conv2D(6, 1, "sigmoid");
            return new Multiply().Apply(y, gate) >> new Dropout(0.2) { NoiseShape = [-1, 1, 1, 1] };
        }, "\"noise_shape\"");
        yield return Piece("Xception", x => new Add().Apply(x >> new SeparableConv2D(8, 3) { Padding = Padding.Same, UseBias = false } >> new BatchNormalization() >> new MaxPooling2D(3) { Strides = 2, Padding = Padding.Same }, x >> new Conv2D(8, 1) { Strides = 2 }), "\"class_name\": \"SeparableConv2D\"");
        yield return Piece("DenseNet", x => new Concatenate().Apply(x, x >> new BatchNormalization(epsilon: 1.001e-5) >> new Activation("relu") >> new Conv2D(4, 3) { Padding = Padding.Same, UseBias = false }) >> new AveragePooling2D(2), "\"class_name\": \"Concatenate\"");
    }

    [TestCaseSource(nameof(Pieces))]
    public void SurvivesItsFile(Func<Variable, Variable> of, string[] says)
    {
        var image = Input([4, 4, 6]);
        Model model = new(image, of(image)) { Seed = 3 };
        var y = model.Predict(Picture);
        foreach (var text in says) Assert.That(model.ToJson(), Does.Contain(text));
        model.Save(At("m.keras"));
        Assert.That(Model.Load(At("m.keras")).Predict(Picture).HoldsTheSame(y));
    }

    [Test]
    public void TheirFormulas()
    {
        Variable x = Input([6]), z = Input([6]);
        NDArray a = Picture.Reshape([32, 6]).Rows(0, 2), b = Picture.Reshape([32, 6]).Rows(2, 2);
        var scaled = new Model((Ports)new[] { x, z }, new CustomScaleLayer(0.25).Apply(x, z) >> new LayerScale(0.1, 6)).Predict(new[] { a, b });
        for (var i = 0; i < 12; i++) Assert.That(scaled.Number(i), Is.EqualTo(0.1 * (a.Number(i) + 0.25 * b.Number(i))).Within(1e-6));
    }

    [Test]
    public void WholeSamplesAreDropped()
    {
        var x = Input([3, 2]);
        var dropped = new Model(x, new StochasticDepth(0.25).Apply(x, training: true)) { Seed = 1 }.Predict(NDArray.Full([400, 3, 2], 3), batchSize: 400).ToArray<float>().Chunk(6).ToArray();
        Assert.That(dropped, Has.All.Matches<float[]>(s => s.All(v => v == s[0])));
        Assert.That(dropped.Select(s => s[0]).Distinct().Order(), Is.EqualTo(new[] { 0f, 4f }).Within(1e-6));
        Assert.That(dropped.Count(s => s[0] == 0), Is.InRange(70, 130));
        Assert.That(new Model(x, x >> new StochasticDepth(0.25)).Predict(NDArray.Full([2, 3, 2], 3)).ToArray<float>(), Has.All.EqualTo(3f));
    }
}
