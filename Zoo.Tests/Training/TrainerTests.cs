using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Training;

/// <summary>The arguments of Fit and Evaluate: what they mean, and that different ways to give the same data give the same result.</summary>
public class TrainerTests
{
    static readonly NDArray X = Noise([20, 4], 1), Y = Noise([20, 1], 2), W = Positive(20);

    internal static NDArray Noise(Shape shape, int seed)
    {
        var random = new Random(seed);
        return NDArray.From(Enumerable.Range(0, (int)shape.Elements).Select(_ => (float)(random.NextDouble() - .5)).ToArray(), shape);
    }

    static NDArray Positive(int n) => NDArray.From(Enumerable.Range(0, n).Select(i => 0.25f + i % 5).ToArray(), [n]);

    static Sequential Net(Optimizer? optimizer = null, string loss = "mse")
    {
        Sequential net = [new Dense(3, "tanh") { InputShape = [4] }, new Dense(1)];
        net.Seed = 7;
        net.Compile(optimizer ?? new SGD(0.1), loss, ["mae"]);
        return net;
    }

    static IEnumerable<(NDArray, NDArray)> Parts(int size = 6)
    {
        for (var at = 0; at < 20; at += size) yield return (X.Rows(at, Math.Min(size, 20 - at)), Y.Rows(at, Math.Min(size, 20 - at)));
    }

    static async IAsyncEnumerable<(NDArray, NDArray)> Later()
    {
        foreach (var part in Parts())
        {
            await Task.Yield();
            yield return part;
        }
    }

    static float[] Kernel(Model net) => net.Weights[0].Value.ToArray<float>();

    [Test]
    public async Task ArraysAndSequencesTrainAlike()
    {
        var (a, b, c, d) = (Net(), Net(), Net(), Net());
        var history = a.Fit(X, Y, batchSize: 6, epochs: 3, shuffle: false, verbose: 0);
        Assert.That(b.Fit(Parts(), epochs: 3, verbose: 0)["loss"], Is.EqualTo(history["loss"]));
        Assert.That((await c.FitAsync(Later(), epochs: 3, verbose: 0))["loss"], Is.EqualTo(history["loss"]));
        Assert.That((await d.FitAsync(X, Y, batchSize: 6, epochs: 3, shuffle: false, verbose: 0))["mae"], Is.EqualTo(history["mae"]));
        Assert.That(Kernel(b), Is.EqualTo(Kernel(a)));
        Assert.That(Kernel(c), Is.EqualTo(Kernel(a)));
        Assert.That(Kernel(d), Is.EqualTo(Kernel(a)));
    }

    [Test]
    public void StepsPerEpochGoesOnThroughTheData()
    {
        var (a, b) = (Net(), Net());
        a.Fit(X, Y, batchSize: 5, epochs: 1, shuffle: false, verbose: 0);
        var history = b.Fit(X, Y, batchSize: 5, epochs: 2, stepsPerEpoch: 2, shuffle: false, verbose: 0);
        Assert.That(history["loss"], Has.Count.EqualTo(2));
        Assert.That(Kernel(b), Is.EqualTo(Kernel(a)));
        Assert.That(Net().Fit(Endless(), stepsPerEpoch: 3, epochs: 2, verbose: 0)["loss"], Has.Count.EqualTo(2));
        static IEnumerable<(NDArray, NDArray)> Endless() { while (true) yield return (X, Y); }
    }

    [Test]
    public void InitialEpochGoesOnWithTheSameOrders()
    {
        var (a, b) = (Net(), Net());
        a.Fit(X, Y, batchSize: 6, epochs: 4, verbose: 0);
        b.Fit(X, Y, batchSize: 6, epochs: 2, verbose: 0);
        Assert.That(b.Fit(X, Y, batchSize: 6, epochs: 4, initialEpoch: 2, verbose: 0).Epochs, Is.EqualTo(new[] { 2, 3 }));
        Assert.That(Kernel(b), Is.EqualTo(Kernel(a)));
    }

    [Test]
    public void ASplitIsTheLastRows()
    {
        var (a, b) = (Net(), Net());
        var split = a.Fit(X, Y, batchSize: 6, epochs: 2, validationSplit: 0.25, shuffle: false, verbose: 0);
        var given = b.Fit(X.Rows(0, 15), Y.Rows(0, 15), batchSize: 6, epochs: 2, validationData: (X.Rows(15, 5), Y.Rows(15, 5)), shuffle: false, verbose: 0);
        foreach (var name in new[] { "loss", "mae", "val_loss", "val_mae" }) Assert.That(split[name], Is.EqualTo(given[name]), name);
        var batches = ValidationData.Batches(new[] { (X.Rows(15, 5), Y.Rows(15, 5)) });
        Assert.That(Net().Fit(X.Rows(0, 15), Y.Rows(0, 15), batchSize: 6, epochs: 2, validationData: batches, shuffle: false, verbose: 0, validationFreq: 2)["val_loss"], Is.EqualTo(new[] { given["val_loss"][1] }).Within(1e-6));
        Assert.That(() => Net().Fit(X, Y, validationSplit: 1, verbose: 0), Throws.ArgumentException.With.Message.Contains("validationSplit"));
    }

    [Test]
    public void LogsAreMeansOverSamplesNotOverBatches()
    {
        var net = Net();
        var whole = net.Evaluate(X, Y, batchSize: 20);
        var parts = net.Evaluate(X, Y, batchSize: 6);
        Assert.That(parts["loss"], Is.EqualTo(whole["loss"]).Within(1e-6));
        Assert.That(parts["mae"], Is.EqualTo(whole["mae"]).Within(1e-6));
        Assert.That(net.Evaluate(Parts(), steps: 2)["mae"], Is.EqualTo(net.Evaluate(X.Rows(0, 12), Y.Rows(0, 12))["mae"]).Within(1e-6));
        var (loss, mae) = whole;
        Assert.That((loss, mae), Is.EqualTo((whole["loss"], whole["mae"])));
    }

    [Test]
    public void SampleWeightsWeighTheLossAndWeightedMetrics()
    {
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(new SGD(0.1), "mse", ["mae"], weightedMetrics: ["mae"]);
        Assert.That(net.Evaluate(X, Y, sampleWeight: W).Keys, Is.EqualTo(new[] { "loss", "mae", "weighted_mae" }));
        net.Compile(new SGD(0.1), "mse", [new Keras.Metrics.MeanAbsoluteError { Name = "plain" }], weightedMetrics: ["mae"]);
        var p = net.Predict(X);
        double squares = 0, errors = 0, plain = 0, sum = 0;
        for (var i = 0; i < 20; i++)
        {
            var error = p.Number(i) - Y.Number(i);
            (squares, errors, plain, sum) = (squares + W.Number(i) * error * error, errors + W.Number(i) * Math.Abs(error), plain + Math.Abs(error), sum + W.Number(i));
        }
        var logs = net.Evaluate(X, Y, batchSize: 20, sampleWeight: W);
        Assert.That(logs["loss"], Is.EqualTo(squares / 20).Within(1e-5));
        Assert.That(logs["mae"], Is.EqualTo(errors / sum).Within(1e-5));
        Assert.That(logs["plain"], Is.EqualTo(plain / 20).Within(1e-5));
    }

    [Test]
    public void ClassWeightsAreSampleWeights([Values] bool oneHot)
    {
        var labels = NDArray.From(Enumerable.Range(0, 20).Select(i => (long)(i % 3)).ToArray(), [20]);
        var hot = NDArray.Zeros([20, 3]);
        for (var i = 0; i < 20; i++) hot.AsSpan<float>()[i * 3 + i % 3] = 1;
        var weights = NDArray.From(Enumerable.Range(0, 20).Select(i => i % 3 == 1 ? 4f : 1f).ToArray(), [20]);
        Sequential Classifier()
        {
            Sequential net = [new Dense(3, "softmax") { InputShape = [4] }];
            net.Compile(new SGD(0.1), oneHot ? "categorical_crossentropy" : "sparse_categorical_crossentropy");
            return net;
        }
        var (a, b) = (Classifier(), Classifier());
        var y = oneHot ? hot : labels;
        Assert.That(a.Fit(X, y, epochs: 2, classWeight: new Dictionary<int, double> { [1] = 4 }, verbose: 0)["loss"], Is.EqualTo(b.Fit(X, y, epochs: 2, sampleWeight: weights, verbose: 0)["loss"]));
        Assert.That(() => a.Fit(X, y, classWeight: new Dictionary<int, double>(), sampleWeight: weights, verbose: 0), Throws.ArgumentException.With.Message.Contains("Expected one of them"));
    }

    static Model Twins()
    {
        Variable a = Input([4], "a"), b = Input([4], "b");
        var shared = new Dense(3, "tanh") { Name = "shared" };
        var sum = (a >> shared) + (b >> shared);
        return new([a, b], new Dictionary<string, Variable> { ["one"] = sum >> new Dense(1), ["two"] = sum >> new Dense(2) }) { Seed = 3 };
    }

    [Test]
    public void InputsAndOutputsByNameAndByPlace()
    {
        var (y2, x2) = (Noise([20, 2], 5), Noise([20, 4], 6));
        var (net, other) = (Twins(), Twins());
        net.Compile(new SGD(0.05), new OutputLosses { ["one"] = "mse", ["two"] = "mae" }, new OutputMetrics { ["two"] = ["mse"] }, new OutputWeights { ["two"] = 0.5 });
        other.Compile(new SGD(0.05), ["mse", "mae"], lossWeights: [1, 0.5]);
        Dictionary<string, NDArray> x = new() { ["b"] = x2, ["a"] = X }, y = new() { ["two"] = y2, ["one"] = Y };
        var logs = net.Fit(x, y, verbose: 0, batchSize: 20);
        Assert.That(logs.Values.Keys, Is.EqualTo(new[] { "loss", "one_loss", "two_loss", "two_mse" }));
        Assert.That(logs["loss"][0], Is.EqualTo(logs["one_loss"][0] + 0.5 * logs["two_loss"][0]).Within(1e-5));
        Assert.That(other.Fit([X, x2], [Y, y2], verbose: 0, batchSize: 20)["loss"], Is.EqualTo(logs["loss"]));
        var predicted = net.PredictMany([X, x2], batchSize: 7);
        Assert.That(predicted.Names, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(predicted["two"].Shape, Is.EqualTo(Shape.Create([20, 2])));
        Assert.That(() => net.Predict(x), Throws.InvalidOperationException.With.Message.Contains("PredictMany"));
        Assert.That(() => net.Fit(X, y, verbose: 0), Throws.ArgumentException.With.Message.Contains("Expected 2: a, b"));
        Assert.That(() => net.Fit(x, new Dictionary<string, NDArray> { ["one"] = Y }, verbose: 0), Throws.ArgumentException.With.Message.Contains("'two' is missing"));
        Assert.That(() => net.Compile("sgd", new OutputLosses { ["three"] = "mse" }), Throws.ArgumentException.With.Message.Contains("three"));
        net.Compile("sgd", new OutputLosses { ["one"] = "mse" });
        Assert.That(net.Fit(x, new Dictionary<string, NDArray> { ["one"] = Y }, verbose: 0).Values.Keys, Is.EqualTo(new[] { "loss" }));
    }

    static Variable Cubes(Variable yTrue, Variable yPred) => A.Mean(A.Abs((yTrue - yPred) * (yTrue - yPred) * (yTrue - yPred)), -1);

    [Test]
    public void FormulasAreLossesAndMetrics()
    {
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(new SGD(0.1), Cubes, [new MetricFunction(Cubes), new MetricFunction((t, p) => A.Abs(t - p))]);
        var logs = net.Evaluate(X, Y);
        Assert.That(logs["Cubes"], Is.EqualTo(logs["loss"]).Within(1e-6));
        Assert.That(logs.Keys, Is.EqualTo(new[] { "loss", "Cubes", "metric" }));
    }

    [Test]
    public void OnBatchGoesOnCounting()
    {
        var net = Net();
        var whole = net.Evaluate(X, Y, batchSize: 20)["loss"];
        net.ResetMetrics();
        net.TestOnBatch(X.Rows(0, 5), Y.Rows(0, 5));
        Assert.That(net.TestOnBatch(X.Rows(5, 15), Y.Rows(5, 15))["loss"], Is.EqualTo(whole).Within(1e-6));
        Assert.That(net.PredictOnBatch(X), Is.EqualTo(net.Predict(X, batchSize: 3)).Using<NDArray>((a, b) => a.ToArray<float>().Zip(b.ToArray<float>()).All(p => Math.Abs(p.First - p.Second) < 1e-6)));
        net.ResetMetrics();
        var first = net.TrainOnBatch(X, Y)["loss"];
        for (var i = 0; i < 30; i++) net.TrainOnBatch(X, Y);
        net.ResetMetrics();
        Assert.That(net.TrainOnBatch(X, Y)["loss"], Is.LessThan(first));
    }

    [Test]
    public void CompiledAgainTheOptimizerGoesOn()
    {
        var (a, b) = (Net(new Adam(0.05)), Net(new Adam(0.05)));
        a.Fit(X, Y, batchSize: 6, epochs: 2, verbose: 0, shuffle: false);
        b.Fit(X, Y, batchSize: 6, epochs: 1, verbose: 0, shuffle: false);
        b.Compile(b.Optimizer!, "mse");
        b.Fit(X, Y, batchSize: 6, epochs: 1, verbose: 0, shuffle: false);
        Assert.That(Kernel(b), Is.EqualTo(Kernel(a)));
        b.Optimizer!.LearningRate = 0;
        b.Fit(X, Y, batchSize: 7, verbose: 0);
        Assert.That(Kernel(b), Is.EqualTo(Kernel(a)));
        Assert.That(b.Optimizer.Variables[0].Value.ToNumber(), Is.EqualTo(11));
        Assert.That(b.Optimizer.Variables.Select(v => v.Path).Take(4), Is.EqualTo(new[] { "adam/iteration", "adam/learning_rate", "adam/dense_kernel_momentum", "adam/dense_kernel_velocity" }));
    }

    [Test]
    public void WhatIsFrozenStays()
    {
        var net = Net();
        net.Fit(X, Y, verbose: 0);
        var (before, bias) = (Kernel(net), net.Weights[3].Value.ToArray<float>());
        net.Layers[0].Trainable = false;
        net.Fit(X, Y, verbose: 0);
        Assert.That(Kernel(net), Is.EqualTo(before));
        Assert.That(net.Weights[3].Value.ToArray<float>(), Is.Not.EqualTo(bias));
    }

    [Test]
    public void RegularizersAddToTheLoss()
    {
        Sequential net = [new Dense(1) { InputShape = [4], KernelRegularizer = new L2(0.5), UseBias = false }];
        net.Compile(new SGD(0.1), "mse", ["mse"]);
        var logs = net.Evaluate(X, Y);
        Assert.That(logs["loss"], Is.EqualTo(logs["mse"] + 0.5 * Kernel(net).Sum(w => w * w)).Within(1e-5));
        var before = Kernel(net);
        net.Compile(new SGD(0.1), Nothing);
        net.Fit(X, Y, verbose: 0, batchSize: 20);
        Assert.That(Kernel(net), Is.EqualTo(before.Select(w => w * 0.9f)).Within(1e-6));
        static Variable Nothing(Variable yTrue, Variable yPred) => A.Sum(yPred, -1) * 0;
    }
}
