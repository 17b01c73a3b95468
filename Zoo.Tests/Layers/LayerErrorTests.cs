using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Layers;

/// <summary>Wrong shapes and impossible arguments: an error names the layer, what was given, what was expected and what feeds the layer.</summary>
public class LayerErrorTests
{
    static TestCaseData Case(string name, Func<Layer> make, params Shape[] inputs) => new TestCaseData(make, inputs).SetName($"{{m}}({name})");

    static Shape S(params ReadOnlySpan<long> dims) => Shape.Create([Dim.Any, .. dims]);

    static IEnumerable<TestCaseData> WrongShapes() =>
    [
        Case("Dense", () => new Dense(3), S()), Case("EinsumDense", () => new EinsumDense("abc,cd->abd", [Dim.Any, 4]), S(4)), Case("Conv1D", () => new Conv1D(2, 3), S(4)), Case("Conv2D", () => new Conv2D(2, 3), S(8, 8)),
        Case("Conv3D", () => new Conv3D(2, 3), S(8, 8, 1)), Case("Conv2DTranspose", () => new Conv2DTranspose(2, 3), S(8, 8)), Case("DepthwiseConv2D", () => new DepthwiseConv2D(3), S(8, 8)), Case("SeparableConv1D", () => new SeparableConv1D(2, 3), S(8)),
        Case("Conv2D groups", () => new Conv2D(4, 3) { Groups = 2 }, S(8, 8, 3)), Case("Conv2D window", () => new Conv2D(2, 5), S(3, 3, 1)), Case("MaxPooling2D", () => new MaxPooling2D(2), S(8, 8)), Case("AveragePooling1D", () => new AveragePooling1D(2), S(8)),
        Case("GlobalMaxPooling3D", () => new GlobalMaxPooling3D(), S(8, 8, 1)), Case("AdaptiveAveragePooling2D", () => new AdaptiveAveragePooling2D(2), S(8, 8)), Case("UpSampling2D", () => new UpSampling2D(2), S(8, 8)),
        Case("ZeroPadding2D", () => new ZeroPadding2D(1), S(8, 8)), Case("Cropping1D", () => new Cropping1D(1), S(8)), Case("Cropping1D all", () => new Cropping1D(4), S(8, 2)), Case("Reshape", () => new Reshape(3, 3), S(8)), Case("Permute", () => new Permute(2, 1), S(8)),
        Case("RepeatVector", () => new RepeatVector(2), S(8, 8)), Case("LSTM", () => new LSTM(2), S(8)), Case("GRU", () => new GRU(2), S(8)), Case("Bidirectional", () => new Bidirectional(new LSTM(2)), S(8)),
        Case("RNN", () => new RNN(new GRUCell(2)), S(8)), Case("ConvLSTM2D", () => new ConvLSTM2D(2, 3), S(8, 8, 1)), Case("TimeDistributed", () => new TimeDistributed(new Dense(2)), S(8)), Case("LayerNormalization", () => new LayerNormalization(axis: 3), S(8)),
        Case("BatchNormalization", () => new BatchNormalization(axis: 4), S(8)), Case("GroupNormalization", () => new GroupNormalization(3), S(8)), Case("SpectralNormalization", () => new SpectralNormalization(new Conv2D(2, 3)), S(8)),
        Case("Softmax", () => new Softmax(3), S(8)), Case("Resizing", () => new Resizing(4, 4), S(8)), Case("RandomFlip", () => new RandomFlip(), S(8)), Case("SpatialDropout2D", () => new SpatialDropout2D(0.5), S(8)),
        Case("Attention", () => new Attention(), S(3, 4)), Case("MultiHeadAttention", () => new MultiHeadAttention(2, 3), S(3, 4)), Case("GroupQueryAttention", () => new GroupQueryAttention(3, 2, 1), S(4), S(4)),
        Case("Add", () => new Add(), S(3), S(4)), Case("Multiply", () => new Multiply(), S(2, 3), S(2, 4)), Case("Concatenate", () => new Concatenate(1), S(3, 2), S(3, 4)), Case("Subtract", () => new Subtract(), S(3)), Case("Dot", () => new Dot(1), S(3), S(4)),
        Case("Average", () => new Average(), S(2, 3), S(2, 4)), Case("Maximum", () => new Maximum(), S(3), S(4)), Case("Minimum", () => new Minimum(), S(3), S(4)), Case("SimpleRNN", () => new SimpleRNN(2), S(8)), Case("ConvLSTM1D", () => new ConvLSTM1D(2, 3), S(8, 1)),
        Case("Conv3DTranspose", () => new Conv3DTranspose(2, 3), S(8, 8, 8)), Case("SeparableConv2D", () => new SeparableConv2D(2, 3), S(8, 8)), Case("DepthwiseConv1D", () => new DepthwiseConv1D(3), S(8)), Case("MaxPooling1D", () => new MaxPooling1D(2), S(8)),
        Case("MaxPooling3D", () => new MaxPooling3D(2), S(8, 8, 8)), Case("AveragePooling2D", () => new AveragePooling2D(2), S(8, 8)), Case("GlobalAveragePooling2D", () => new GlobalAveragePooling2D(), S(8, 8)), Case("RMSNormalization", () => new RMSNormalization(3), S(8)),
        Case("UnitNormalization", () => new UnitNormalization(4), S(8)), Case("ZeroPadding1D", () => new ZeroPadding1D(1), S(8)), Case("ZeroPadding3D", () => new ZeroPadding3D(1), S(8, 8, 8)), Case("Cropping2D", () => new Cropping2D(1), S(8, 8)), Case("UpSampling1D", () => new UpSampling1D(2), S(8)),
        Case("Reshape rest", () => new Reshape(-1, 3), S(8)), Case("CenterCrop", () => new CenterCrop(2, 2), S(8)), Case("HashedCrossing", () => new HashedCrossing(5), S(3), S(3)), Case("TextVectorization", () => new TextVectorization { Terms = ["a"] }, S(3)), Case("PReLU", () => new PReLU(), S(Dim.Any, 3)),
    ];

    [TestCaseSource(nameof(WrongShapes))]
    public void WrongShapesAreNamedWithTheLayerAndWhatFeedsIt(Func<Layer> make, Shape[] shapes)
    {
        var layer = make();
        layer.Name = "the_layer";
        var text = layer is HashedCrossing or TextVectorization;
        Variable[] inputs = [.. shapes.Select((s, i) => K.Input(s[1..], $"feeder_{i}", text ? DType.String : DType.Float32))];
        var error = Assert.Throws<ShapeException>(() => layer.ApplyMany(inputs))!;
        Assert.That(error.Message, Does.StartWith("the_layer: ").And.Contain("xpected").And.Contain("The input comes from feeder_0").And.Contain(shapes[0].ToString()));
        Assert.That(error.Layer, Is.EqualTo("the_layer"));
    }

    static IEnumerable<TestCaseData> OtherInputs() =>
    [
        Case("Dense", () => new Dense(3), S(4), S(5)), Case("Conv2D", () => new Conv2D(2, 3), S(8, 8, 1), S(8, 8, 2)), Case("LSTM", () => new LSTM(2), S(5, 3), S(5, 4)), Case("EinsumDense", () => new EinsumDense("ab,bc->ac", [4]), S(3), S(4)),
        Case("BatchNormalization", () => new BatchNormalization(), S(3), S(4)), Case("LayerNormalization", () => new LayerNormalization(), S(3), S(4)), Case("SimpleRNN", () => new SimpleRNN(2), S(5, 3), S(5, 4)),
        Case("DepthwiseConv1D", () => new DepthwiseConv1D(2), S(5, 3), S(5, 4)), Case("Conv1DTranspose", () => new Conv1DTranspose(2, 2), S(5, 3), S(5, 4)), Case("GroupNormalization", () => new GroupNormalization(1), S(3), S(4)),
    ];

    [TestCaseSource(nameof(OtherInputs))]
    public void ALayerBuiltForOneShapeSaysSoOfAnother(Func<Layer> make, Shape[] shapes)
    {
        var layer = make();
        layer.Name = "the_layer";
        layer.Apply(K.Input(shapes[0][1..], "first"));
        var error = Assert.Throws<ShapeException>(() => layer.Apply(K.Input(shapes[1][1..], "feeder")))!;
        Assert.That(error.Message, Does.StartWith("the_layer: ").And.Contain("xpected").And.Contain("feeder").And.Contain($"{shapes[1][^1]}").And.Contain($"{shapes[0][^1]}"));
    }

    static IEnumerable<TestCaseData> Impossible()
    {
        static TestCaseData Of(string name, Func<object> make, params string[] valid) => new TestCaseData(make, valid).SetName($"{{m}}({name})");
        yield return Of("padding", () => new Conv2D(2, 3) { Padding = "full" }, "valid", "same", "causal");
        yield return Of("causal", () => new Conv2D(2, 3) { Padding = "causal" }, "valid", "same");
        yield return Of("data format", () => new Flatten { DataFormat = "channels_middle" }, "channels_last", "channels_first");
        yield return Of("activation", () => new Dense(3, "rulu"), "relu", "softmax", "gelu");
        yield return Of("initializer", () => new Dense(3) { KernelInitializer = "he_odd" }, "he_normal", "zeros");
        yield return Of("regularizer", () => new Dense(3) { KernelRegularizer = "l3" }, "l1", "l2");
        yield return Of("constraint", () => new Dense(3) { KernelConstraint = "max_odd" }, "max_norm", "non_neg");
        yield return Of("merge mode", () => new Bidirectional(new LSTM(2), "max"), "concat", "sum", "mul", "ave");
        yield return Of("score mode", () => new Attention { ScoreMode = "cosine" }, "dot", "concat");
        yield return Of("interpolation", () => new Resizing(2, 2) { Interpolation = "cubic" }, "bilinear", "nearest", "bicubic");
        yield return Of("output mode", () => new StringLookup { OutputMode = "ones" }, "int", "one_hot", "multi_hot");
        yield return Of("output mode of this layer", () => new HashedCrossing(3, "count"), "int", "one_hot");
        yield return Of("dtype", () => new Dense(3) { DTypePolicy = "float31" }, "float32");
        yield return Of("mixed", () => new Dense(3) { DTypePolicy = "mixed_float64" }, "mixed_float16");
        yield return Of("rate", () => new Dropout(1.5), "0", "1");
        yield return Of("units", () => new Dense(0), "positive");
        yield return Of("strides", () => new MaxPooling2D(2) { Strides = (1, 2, 3) }, "2");
        yield return Of("heads", () => new GroupQueryAttention(3, 5, 2), "divisor");
        yield return Of("flip", () => new RandomFlip("sideways"), "horizontal", "vertical");
        yield return Of("iterations", () => new SpectralNormalization(new Dense(2), 0), "positive");
        yield return Of("clipping", () => new BatchNormalization { Renorm = true, RenormClipping = new Dictionary<string, double> { ["max"] = 1 } }, "rmax", "rmin", "dmax");
        yield return Of("salt", () => new Hashing(3, salt: [1, 2, 3]), "2");
    }

    [TestCaseSource(nameof(Impossible))]
    public void ImpossibleArgumentsListTheValidOnes(Func<object> make, string[] valid)
    {
        var error = Assert.Catch<ArgumentException>(() => make())!;
        Assert.That(error.Message, Does.Contain("Expected"));
        foreach (var word in valid) Assert.That(error.Message, Does.Contain(word));
    }
}
