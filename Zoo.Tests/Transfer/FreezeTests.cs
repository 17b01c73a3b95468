using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Transfer;

public sealed class FreezeTests : Saving.InFolder
{
    static readonly NDArray X = NDArray.From([.. Enumerable.Range(0, 8 * 36).Select(i => MathF.Sin(i * 1.7f))], [8, 6, 6, 1]);
    static readonly NDArray Y = NDArray.From([.. Enumerable.Range(0, 8).Select(i => (float)(i % 2))], [8, 1]);

    /// <summary>A convolution with statistics behind it, a loose weight, another convolution, a head.</summary>
    static Model Net(out Parameter loose)
    {
        loose = new(NDArray.Full([4], 0.5), "gain");
        var x = Input([6, 6, 1], "image");
        var front = x >> new Conv2D(4, 3, "relu") { Name = "conv1", KernelRegularizer = new L2(0.1) } >> new BatchNormalization { Name = "bn1" };
        var back = front * loose.Variable >> new Conv2D(3, 3) { Name = "conv2" } >> new BatchNormalization { Name = "bn2" } >> new Flatten();
        return new(x, back >> new Dense(1, "sigmoid") { Name = "head" });
    }

    /// <summary>Weight decay and momentum move every weight that is not left out.</summary>
    static void Train(Model model, int epochs = 2)
    {
        model.Compile(new SGD(0.1) { Momentum = 0.9, WeightDecay = 0.01 }, "binary_crossentropy");
        model.Fit(X, Y, batchSize: 4, epochs: epochs, verbose: 0);
    }

    static Dictionary<Parameter, float[]> Bits(Model model) => model.Weights.ToDictionary(w => w, w => w.Value.ToArray<float>());

    static string[] Moved(Dictionary<Parameter, float[]> before) => [.. before.Where(b => !b.Key.Value.ToArray<float>().AsSpan().SequenceEqual(b.Value)).Select(b => b.Key.Path).Order(StringComparer.Ordinal)];

    static readonly string[] Back = ["bn2/beta", "bn2/gamma", "bn2/moving_mean", "bn2/moving_variance", "conv2/bias", "conv2/kernel", "head/bias", "head/kernel"];

    [Test]
    public void WhatIsFrozenKeepsItsBits()
    {
        var model = Net(out var loose);
        model.FreezeUpTo("bn1");
        var before = Bits(model);
        Train(model);
        Assert.That(Moved(before), Is.EqualTo(Back.Append("gain").Order(StringComparer.Ordinal)));
        model.FreezeUpTo("conv2");   // takes the loose weight in
        before = Bits(model);
        Train(model);
        Assert.That(Moved(before), Is.EqualTo(Back.Where(w => !w.StartsWith("conv2/"))));
    }

    [Test]
    public void StatisticsAloneAreFrozenToo()
    {
        var x = Input([3], "x");
        Model model = new(x, x >> new BatchNormalization { Name = "bn", Scale = false, Center = false } >> new Dense(1, "sigmoid") { Name = "head" });
        model.Compile(new SGD(0.1), "binary_crossentropy");
        NDArray data = new float[,] { { 1, 2, 3 }, { 4, 5, 7 } };
        NDArray labels = new float[,] { { 0 }, { 1 } };
        var before = Bits(model);
        model.Fit(data, labels, verbose: 0);
        Assert.That(Moved(before), Has.Member("bn/moving_mean"));
        model.Freeze("bn");   // no weight that trains is among it, and the step must change all the same
        before = Bits(model);
        model.Fit(data, labels, verbose: 0);
        Assert.That(Moved(before), Is.EqualTo(new[] { "head/bias", "head/kernel" }));
        model.Unfreeze("bn");
        before = Bits(model);
        model.Fit(data, labels, verbose: 0);
        Assert.That(Moved(before), Has.Member("bn/moving_mean"));
    }

    [Test]
    public void FreezingIsTheViewOfOneGraph()
    {
        var full = GraphNet.Of(Net(out _));
        var trunk = full.NewGraph("conv2");
        trunk.Freeze();
        Assert.That((trunk.IsFrozen, full.IsFrozen, full.ToKeras().TrainableWeights.Count, trunk.ToKeras().TrainableWeights.Count), Is.EqualTo((true, false, 11, 0)));
        Assert.That(trunk.NewGraph("bn1").IsFrozen, "a cut begins with what is frozen");

        var image = Input([6, 6, 1]);
        Model user = new(image, image >> trunk.ToKeras() >> new Flatten() >> new Dense(1, "sigmoid") { Name = "own" });
        var before = Bits(user);
        Train(user);
        Assert.That(Moved(before), Is.EqualTo(new[] { "own/bias", "own/kernel" }));
        var shared = Bits(full.ToKeras());
        Train(full.ToKeras());
        Assert.That(Moved(shared), Has.Length.EqualTo(15), "the other graph trains the same layers");
        trunk.Unfreeze();
        Assert.That(user.TrainableWeights, Has.Count.EqualTo(9));
    }

    [Test]
    public void TheFrontHasNoGradient()
    {
        var model = Net(out _);
        model.Compile("sgd", "binary_crossentropy");
        var all = model.TrainingOps();
        model.FreezeUpTo("multiply");   // the loose weight behind the front too
        var some = model.TrainingOps();
        Assert.That((all["Conv2DBackpropFilter"], some["Conv2DBackpropFilter"]), Is.EqualTo((2, 1)));
        Assert.That((all["Conv2DBackpropInput"], some.ContainsKey("Conv2DBackpropInput")), Is.EqualTo((1, false)));
        Assert.That(some.Values.Sum(), Is.LessThan(all.Values.Sum()));
    }

    [Test]
    public void PenaltiesOfFrozenWeightsDoNotCount()
    {
        var model = Net(out _);
        model.Compile("sgd", "binary_crossentropy");
        var with = model.TestOnBatch(X, Y)["loss"];
        model.FreezeUpTo("conv1");
        model.Compile("sgd", "binary_crossentropy");
        Assert.That(model.TestOnBatch(X, Y)["loss"], Is.LessThan(with - 0.01));
    }

    [Test]
    public void FilesSayWhatIsFrozenAndUnfreezeLetsItTrain()
    {
        var x = Input([6, 6, 1]);
        Model model = new(x, x >> new Conv2D(4, 3) { Name = "conv1" } >> new BatchNormalization { Name = "bn1" } >> new Flatten() >> new Dense(1) { Name = "head" });
        model.FreezeUpTo("bn1");
        var path = At("net.keras");
        model.Save(path);
        Assert.That(model.GetLayer("conv1").Trainable, "the layer itself is as it was");
        var loaded = global::Zoo.Transfer.Net.LoadKeras(path);
        Assert.That(loaded.ToKeras().TrainableWeights.Select(w => w.Path), Is.EqualTo(new[] { "head/kernel", "head/bias" }));
        Assert.That(loaded.Predict(X).ToArray<float>(), Is.EqualTo(model.Predict(X).ToArray<float>()));
        loaded.Unfreeze();
        Assert.That(loaded.ToKeras().TrainableWeights, Has.Count.EqualTo(6));
    }

    [Test]
    public void ANodeIsAllThatIsBetweenItAndTheNodesBefore()
    {
        var x = Input([4], "data");
        var a = A.Abs(x >> new Dense(3) { Name = "inner" }) + 1f;
        var b = a >> new Dense(2) { Name = "last" };
        var net = GraphNet.Of([x], [("data", x), ("a", a), ("again", a), ("b", b)], [b]);
        net.Freeze("a");
        Assert.That(net.ToKeras().TrainableWeights.Select(w => w.Path), Is.EqualTo(new[] { "last/kernel", "last/bias" }));
        net.Unfreeze();
        net.Freeze("again");
        Assert.That(net.ToKeras().TrainableWeights, Has.Count.EqualTo(4), "another name of the same value holds nothing");
        net.Freeze("b");
        Assert.That(net.ToKeras().TrainableWeights.Select(w => w.Path), Is.EqualTo(new[] { "inner/kernel", "inner/bias" }));
        Assert.That(() => net.Freeze("c"), Throws.TypeOf<GraphException>().With.Message.StartsWith("Freeze: no node named 'c'."));
    }

    [Test]
    public void TheSiameseSceneTrainsTheBackOfASharedTrunk()
    {
        var full = GraphNet.Of(Net(out _));
        var trunk = full.NewGraph("bn2");
        trunk.FreezeUpTo("bn1");
        var image = Input([6, 6, 1]);
        var pair = Input([2, 6, 6, 1]);
        var features = pair >> new TimeDistributed(image >> trunk.ToKeras() >> new Flatten());
        var difference = A.Abs(features.IndexSelect(1, 0) - features.IndexSelect(1, 1));
        Model siamese = new(pair, difference >> new Dense(1) >> new Activation("sigmoid"));
        var before = Bits(siamese);
        siamese.Compile(new SGD(0.1) { Momentum = 0.9 }, "binary_crossentropy");
        siamese.Fit(NDArray.From(X.ToArray<float>(), [4, 2, 6, 6, 1]), NDArray.From([0f, 1, 1, 0], [4, 1]), epochs: 2, verbose: 0);
        Assert.That(Moved(before).Where(w => w.Contains("1/")), Is.Empty);
        Assert.That(Moved(before).Count(w => w.Contains("bn2") || w.Contains("conv2")), Is.GreaterThanOrEqualTo(5));
    }

    [TestCase(false, false, 2), TestCase(true, false, 1), TestCase(false, true, 1)]
    public void StepsAreOneBatchUnlessStatisticsAreTaken(bool frozen, bool inferring, int expected)
    {
        var image = Input([6, 6, 1]);
        var normal = new BatchNormalization { Name = "bn" };
        Model tower = new(image, (inferring ? normal.Apply(image, training: false) : image >> normal) >> new Flatten());
        if (frozen) tower.Freeze();
        var pair = Input([2, 6, 6, 1]);
        Model model = new(pair, pair >> new TimeDistributed(tower) >> new Flatten() >> new Dense(1));
        model.Compile("sgd", "mse");
        Assert.That(model.TrainingOps()["FusedBatchNormV3"], Is.EqualTo(expected));
    }

    [TestCase("", true), TestCase("batch_norm_param { use_global_stats: true }", false)]
    public void CaffesGlobalStatisticsStayInTraining(string settings, bool moves)
    {
        File.WriteAllText(At("net.prototxt"), $$"""
            input: "data" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 3
            layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" {{settings}} }
            layer { name: "ip" type: "InnerProduct" bottom: "bn" top: "ip" inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
            """);
        var model = global::Zoo.Transfer.Net.LoadCaffe(At("net.prototxt")).ToKeras();
        var before = Bits(model);
        model.Compile("sgd", "mse");
        model.Fit(NDArray.From(X.ToArray<float>(), [16, 2, 3, 3]), NDArray.Full([16, 1], 1), verbose: 0);
        Assert.That(Moved(before).Any(w => w.StartsWith("bn/", StringComparison.Ordinal)), Is.EqualTo(moves));
        Assert.That(Moved(before), Has.Some.StartsWith("ip/"));
    }

    [Test]
    public void AVariableWithSeveralInputsIsNoLayerOfSteps()
    {
        var error = Assert.Throws<GraphException>(() => _ = new TimeDistributed(Input([2], "left") + Input([2], "right")))!;
        Assert.That(error.Message, Does.Contain("comes from 2 inputs").And.Contain("left").And.Contain("right"));
    }

    [Test]
    public void TheSummarySaysWhatTrains()
    {
        var model = Net(out _);
        model.FreezeUpTo("bn1");
        var text = new StringWriter();
        model.Summary(text, showTrainable: true);
        var rows = text.ToString().Split('\n').Where(l => l.Contains('│')).ToArray();
        Assert.That(rows.Single(r => r.Contains("conv1")), Does.Contain(" no "));
        Assert.That(rows.Single(r => r.Contains("conv2")), Does.Contain("yes"));
    }
}
