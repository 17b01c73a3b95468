using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using Zoo.Transfer.Caffe;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Caffe's files: older forms, rules of phases, sharing, extension, and what is said about what cannot be read.</summary>
internal sealed class CaffeFileTests
{
    const string Head = """input: "x" input_shape { dim: 1 dim: 3 dim: 6 dim: 6 } """;

    [Test]
    public void TheOlderFormsAreTheSameNet()
    {
        var now = CaffeNet.Read("""
            input: "x" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }
            layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param { num_output: 4 kernel_size: 3 pad: 1 stride: 2 group: 1 } }
            layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
            layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
            layer { name: "norm" type: "LRN" bottom: "pool" top: "norm" lrn_param { local_size: 3 alpha: 0.1 } }
            layer { name: "ip" type: "InnerProduct" bottom: "norm" top: "ip" inner_product_param { num_output: 5 bias_term: false } }
            """);
        var v1 = CaffeNet.Read("""
            input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
            layers { name: "conv" type: CONVOLUTION bottom: "x" top: "conv" blobs_lr: 1 blobs_lr: 2 weight_decay: 1 convolution_param { num_output: 4 kernel_size: 3 pad: 1 stride: 2 } }
            layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
            layers { name: "pool" type: POOLING bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
            layers { name: "norm" type: LRN bottom: "pool" top: "norm" lrn_param { local_size: 3 alpha: 0.1 } }
            layers { name: "ip" type: INNER_PRODUCT bottom: "norm" top: "ip" inner_product_param { num_output: 5 bias_term: false } }
            """);
        var v0 = CaffeNet.Read("""
            input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
            layers { layer { name: "conv" type: "conv" num_output: 4 kernelsize: 3 pad: 1 stride: 2 } bottom: "x" top: "conv" }
            layers { layer { name: "relu" type: "relu" } bottom: "conv" top: "conv" }
            layers { layer { name: "pool" type: "pool" pool: AVE kernelsize: 3 stride: 2 } bottom: "conv" top: "pool" }
            layers { layer { name: "norm" type: "lrn" local_size: 3 alpha: 0.1 } bottom: "pool" top: "norm" }
            layers { layer { name: "ip" type: "innerproduct" num_output: 5 biasterm: false } bottom: "norm" top: "ip" }
            """);
        var padded = CaffeNet.Read("""
            input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
            layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "x" top: "pad" }
            layers { layer { name: "conv" type: "conv" num_output: 4 kernelsize: 3 stride: 2 } bottom: "pad" top: "conv" }
            layers { layer { name: "relu" type: "relu" } bottom: "conv" top: "conv" }
            layers { layer { name: "pool" type: "pool" pool: AVE kernelsize: 3 stride: 2 } bottom: "conv" top: "pool" }
            layers { layer { name: "norm" type: "lrn" local_size: 3 alpha: 0.1 } bottom: "pool" top: "norm" }
            layers { layer { name: "ip" type: "innerproduct" num_output: 5 biasterm: false } bottom: "norm" top: "ip" }
            """);
        var x = CaffeNet.Numbers("x", [2, 3, 8, 8]);
        NDArray[] all = [.. new[] { now, v1, v0, padded }.Select(net =>
        {
            Assert.That(net.Nodes, Is.EqualTo(new[] { "x", "conv", "relu", "pool", "norm", "ip" }));
            Assert.That(net.Warnings, Is.Empty);
            RecipeWeights.Fill(net);
            return CaffeNet.Run(net, x)[0];
        })];
        Assert.That(all.All(y => y.HoldsTheSame(all[0])));
    }

    [TestCase(false, null, new string[0], "test")]
    [TestCase(true, null, new string[0], "train,not_deploy")]
    [TestCase(true, null, new[] { "deploy" }, "train")]
    [TestCase(false, 3, new string[0], "test,level")]
    [TestCase(false, 9, new[] { "deploy", "fast" }, "test,both")]
    public void RulesChooseLayers(bool train, int? level, string[] stages, string expected)
    {
        var net = CaffeNet.Read(Head + string.Concat(new[]
        {
            ("test", "include { phase: TEST }"), ("train", "include { phase: TRAIN }"), ("level", "include { min_level: 2 max_level: 4 }"),
            ("both", "include { stage: \"deploy\" stage: \"fast\" }"), ("not_deploy", "exclude { stage: \"deploy\" } exclude { phase: TEST }"),
        }.Select(l => $"layer {{ name: \"{l.Item1}\" type: \"Power\" bottom: \"x\" top: \"{l.Item1}\" {l.Item2} }} ")), new() { TrainPhase = train, Level = level, Stages = stages });
        Assert.That(string.Join(",", net.Nodes.Skip(1)), Is.EqualTo(expected));
    }

    [Test]
    public void LayersThatShareTheirParametersAreOne()
    {
        var net = CaffeNet.Read("""
            input: "a" input_shape { dim: 1 dim: 4 } input: "b" input_shape { dim: 1 dim: 4 }
            layer { name: "ip_a" type: "InnerProduct" bottom: "a" top: "fa" param { name: "w" lr_mult: 1 } param { name: "v" } inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
            layer { name: "ip_b" type: "InnerProduct" bottom: "b" top: "fb" param { name: "w" lr_mult: 2 } param { name: "v" } inner_product_param { num_output: 3 weight_filler { type: "msra" } } }
            layer { name: "loss" type: "ContrastiveLoss" bottom: "fa" bottom: "fb" bottom: "sim" top: "loss" }
            """);
        Assert.That(net.Nodes, Is.EqualTo(new[] { "a", "b", "ip_a", "ip_b" }));
        Assert.That(net.ToKeras().Weights, Has.Count.EqualTo(2));
        var x = CaffeNet.Numbers("x", [2, 4]);
        var y = CaffeNet.Run(net, x, x);
        Assert.That(y[0].HoldsTheSame(y[1]));
        CaffeNet.SurvivesFiles(net, [x, x], y);
        var error = Assert.Throws<ImportException>(() => CaffeNet.Read("""
            input: "a" input_shape { dim: 1 dim: 4 }
            layer { name: "one" type: "InnerProduct" bottom: "a" top: "fa" param { name: "w" } inner_product_param { num_output: 3 } }
            layer { name: "two" type: "InnerProduct" bottom: "a" top: "fb" param { name: "w" } inner_product_param { num_output: 4 } }
            """))!;
        Assert.That(error.Message, Does.Contain("two (InnerProduct): it shares the weight 'w' with layer 'one', but not all"));
    }

    [Test]
    public void AllThatIsUnknownIsSaidAtOnce()
    {
        var text = Head + """
            layer { name: "a" type: "Foo" bottom: "x" top: "a" }
            layer { name: "b" type: "Convolution" bottom: "a" top: "b" convolution_param { num_output: 2 kernel_size: 3 } }
            layer { name: "c" type: "Bar" bottom: "b" top: "c" }
            layer { name: "d" type: "Convolution" bottom: "x" top: "d" convolution_param { num_output: 2 } }
            layer { name: "e" type: "ReLU" bottom: "nothing" top: "e" }
            """;
        var error = Assert.Throws<ImportException>(() => CaffeNet.Read(text))!;
        Assert.That(error.Problems.Select(p => $"{p.Node} {p.Op}"), Is.EqualTo(new[] { "a Foo", "c Bar", "d Convolution", "e ReLU" }));
        Assert.That(error.Message, Is.EqualTo("net: 4 of 6 layers cannot be imported: a (Foo): its type is not known; c (Bar): its type is not known; d (Convolution): its kernel is missing; "
            + "e (ReLU): its bottom 'nothing' is given by no layer before it. Expected layers that can be. Register a converter with Net.Caffe.Register(\"Foo\", …)."));
    }

    [Test]
    public void AConverterOfOnesOwn()
    {
        // Reorg of YOLO: blocks of pixels become channels.
        var text = Head + """layer { name: "reorg" type: "TestReorg" bottom: "x" top: "y" reorg_param { stride: 2 reverse: false } other_param: 1 }""";
        Assert.Throws<ImportException>(() => CaffeNet.Read(text));
        Net.Caffe.Register("TestReorg", c => c.Apply(new Reshape((long)(c.Inputs[0].Shape[1] * Math.Pow(c.Number("reorg_param.stride", 1), 2)), -1, 3), c.Inputs[0]));
        try
        {
            var net = CaffeNet.Read(text);
            Assert.That(net.ToKeras().Outputs.Single().Shape.ToArray()[1..], Is.EqualTo(new long[] { 12, 3, 3 }));
            Assert.That(net.Warnings, Is.EqualTo(new[] { "net: layer 'reorg' has an unknown field 'other_param'; it is not read." }));
        }
        finally
        {
            Net.Caffe.Unregister("TestReorg");
        }
    }

    [Test]
    public void UnknownFieldsAreWarnedOf()
    {
        var net = CaffeNet.Read("debug: 3 made_by { tool: 'x' versions: [1, 2] }" + Head + """layer { name: "relu" type: "ReLU" bottom: "x" top: "y" relu_param { negative_slope: 0.5 rounding: UP } }""");
        Assert.That(net.Warnings, Is.EqualTo(new[] { "net: NetParameter has an unknown field 'debug'; it is not read.", "net: NetParameter has an unknown field 'made_by'; it is not read.", "net: ReLUParameter has an unknown field 'rounding'; it is not read." }));
        var binary = new NetParameter { Layer = { new LayerParameter { Name = "relu", Type = "ReLU", Bottom = { "x" }, Top = { "y" } } }, Input = { "x" }, InputShape = { new BlobShape { Dim = { 1, 2 } } } };
        byte[] bytes = [.. Google.Protobuf.MessageExtensions.ToByteArray(binary), 0xC8, 0x3E, 1];   // field 1001
        Assert.That(CaffeImport.Read(CaffeFile.Parse(bytes, "net"), null, new()).Warnings, Is.EqualTo(new[] { "net: NetParameter has an unknown field 1001; it is not read." }));
    }

    [Test]
    public void DatabasesBecomeInputsAndWhatTrainingNeedsGoes()
    {
        const string text = """
            layer { name: "mnist" type: "Data" top: "data" top: "label" transform_param { crop_size: 8 } }
            layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 5 } }
            layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy" }
            layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
            """;
        var net = CaffeNet.Read(text);
        Assert.That(net.Nodes, Is.EqualTo(new[] { "data", "ip" }));
        Assert.That(net.Warnings.Single(), Does.Contain("channels"));
        Assert.That(CaffeNet.Read(text, new() { InputShapes = new Dictionary<string, Shape> { ["data"] = [1, 7, 7] } }).ToKeras().Inputs.Single().Shape.ToArray()[1..], Is.EqualTo(new long[] { 1, 7, 7 }));
        var error = Assert.Throws<ImportException>(() => CaffeNet.Read(text.Replace("crop_size: 8", "")))!;
        Assert.That(error.Problems.Single().Reason, Does.Contain("'data' has no shape in the file").And.Contain("CaffeOptions.InputShapes"));
    }

    [Test]
    public void WhatCaffeCannotHoldIsSaidAtOnce()
    {
        var x = K.Input([8, 8, 3], "x");
        var y = x >> new Conv2D(4, 3) { Name = "conv" } >> new GlobalAveragePooling2D { Name = "mean" } >> new LayerNormalization { Name = "norm" };
        var error = Assert.Throws<GraphException>(() => new Model(x, y).SaveCaffe("never.prototxt"))!;
        Assert.That(error.Message, Does.StartWith("SaveCaffe: 3 nodes have no form in Caffe: conv (Conv2D): its channels are last").And.Contain("mean (GlobalAveragePooling2D)").And.Contain("norm (LayerNormalization): Caffe has no such layer"));
        Assert.That(File.Exists("never.prototxt"), Is.False);
    }

    [Test]
    public void AModelWhoseLayersAreChannelsFirstIsWritten()
    {
        var x = K.Input([3, 9, 9], "x");
        var y = x >> new Conv2D(4, 3, "relu") { DataFormat = "channels_first", Padding = "same" } >> new MaxPooling2D(2) { DataFormat = "channels_first" } >> new Flatten() >> new Dense(5, "softmax");
        var model = new Model(x, y);
        var input = CaffeNet.Numbers("x", [2, 3, 9, 9]);
        var folder = Directory.CreateTempSubdirectory("caffe").FullName;
        model.SaveCaffe(Path.Combine(folder, "a.prototxt"), Path.Combine(folder, "a.caffemodel"));
        var net = Net.LoadCaffe(Path.Combine(folder, "a.prototxt"), Path.Combine(folder, "a.caffemodel"));
        Assert.That(net.Predict(input).HoldsTheSame(model.Predict(input)));
        Directory.Delete(folder, recursive: true);
    }
}
