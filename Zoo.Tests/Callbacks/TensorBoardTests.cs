using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph.Proto;
using Zoo.Keras;
using Zoo.Tests.Summary;

namespace Zoo.Tests.Callbacks;

internal sealed class TensorBoardTests
{
    string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("zoo-board-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    static Sequential Net() => [new Conv2D(3, 2) { InputShape = [5, 5, 1] }, new Flatten(), new Dense(4, "relu"), new Dense(2, "softmax")];

    /// <summary>Two epochs of five steps, each with an evaluation.</summary>
    static void Run(TensorBoard board)
    {
        var net = Net();
        Assert.That(net.Weights, Has.Count.EqualTo(6), "built, as Fit leaves it");
        board.Enter(net, new(2, 5, 8, 0, true));
        board.OnTrainBegin(new());
        for (var epoch = 0; epoch < 2; epoch++)
        {
            board.OnEpochBegin(epoch, new());
            for (var batch = 0; batch < 5; batch++) board.OnTrainBatchEnd(batch, new() { ["loss"] = epoch * 10 + batch });
            board.OnTestBegin(new());
            board.OnTestEnd(new() { ["loss"] = 7 + epoch });
            board.OnEpochEnd(epoch, new() { ["loss"] = .5 / (epoch + 1), ["accuracy"] = .75, ["val_loss"] = 7 + epoch, ["val_accuracy"] = .5 });
        }
        board.OnTrainEnd(new());
    }

    [Test]
    public void WeightsAreWrittenAsHistograms()
    {
        Run(new(folder) { HistogramFreq = 2 });
        var values = EventFile.Read(EventFile.In(folder, "train")).Where(e => e.Summary is not null).SelectMany(e => e.Summary.Value.Where(v => v.Metadata.PluginData.PluginName == "histograms").Select(v => (e.Step, Value: v))).ToList();
        Assert.That(values.Select(v => v.Step), Is.All.EqualTo(0), "of two epochs the first");
        Assert.That(values.Select(v => v.Value.Tag), Is.EqualTo(new[] { "conv2d", "dense", "dense_1" }.SelectMany(l => new[] { $"{l}/kernel/histogram", $"{l}/bias/histogram" })));
        var (kernel, bias) = (values[2].Value.Tensor, values[3].Value.Tensor);
        Assert.That(kernel.TensorShape.Dim.Select(d => d.Size), Is.EqualTo(new[] { 30, 3 }));
        Assert.That(Enumerable.Range(0, 30).Sum(i => kernel.DoubleVal[i * 3 + 2]), Is.EqualTo(192), "48 inputs of 4 units");
        Assert.That(Enumerable.Range(1, 29).Select(i => kernel.DoubleVal[i * 3] - kernel.DoubleVal[i * 3 - 2]), Is.All.EqualTo(0).Within(1e-12), "no gap between buckets");
        Assert.That(bias.DoubleVal.TakeLast(3), Is.EqualTo(new[] { 0.0, 0, 4 }), "all zeros");
    }

    [Test]
    public void EpochsAreWrittenUnderKerasTags()
    {
        Run(new(folder));
        var (train, validation) = (EventFile.Scalars(EventFile.In(folder, "train")), EventFile.Scalars(EventFile.In(folder, "validation")));
        Assert.That(train.Select(g => g.Key), Is.EquivalentTo(new[] { "epoch_loss", "epoch_accuracy" }));
        Assert.That(train["epoch_loss"], Is.EqualTo(new[] { (0L, .5f), (1L, .25f) }));
        Assert.That(validation.Select(g => g.Key), Is.EquivalentTo(new[] { "evaluation_loss_vs_iterations", "epoch_loss", "epoch_accuracy" }));
        Assert.That(validation["epoch_accuracy"], Is.EqualTo(new[] { (0L, .5f), (1L, .5f) }));
        Assert.That(validation["evaluation_loss_vs_iterations"], Is.EqualTo(new[] { (5L, 7f), (10L, 8f) }));
    }

    [TestCase("batch", 10), TestCase("3", 4)]
    public void BatchesAreWrittenWhenAskedFor(string frequency, int written)
    {
        Run(new(folder) { UpdateFreq = int.TryParse(frequency, out var n) ? n : frequency, WriteStepsPerSecond = true });
        var scalars = EventFile.Scalars(EventFile.In(folder, "train"));
        Assert.That(scalars["batch_loss"].Count(), Is.EqualTo(written));
        Assert.That(scalars["batch_loss"].Last(), Is.EqualTo((9L, 14f)));
        Assert.That(scalars["epoch_steps_per_second"].Select(s => s.Value), Is.All.GreaterThan(0));
    }

    [Test]
    public void FitAndEvaluateWriteWhatTheirHistorySays()
    {
        var net = Net();
        var (x, y) = (NDArray.Zeros([20, 5, 5, 1]), NDArray.Zeros([20], DType.Int64));
        for (var i = 0; i < x.Count; i++) x.AsSpan<float>()[i] = i % 7;
        net.Compile(new Adam(0.25), "sparse_categorical_crossentropy", ["accuracy"]);
        var board = new TensorBoard(folder);
        var history = net.Fit(x, y, batchSize: 5, epochs: 3, validationSplit: .2, verbose: 0, callbacks: [board]);
        var (train, validation) = (EventFile.Scalars(EventFile.In(folder, "train")), EventFile.Scalars(EventFile.In(folder, "validation")));
        Assert.That(train["epoch_loss"], Is.EqualTo(history["loss"].Select((v, i) => ((long)i, (float)v))));
        Assert.That(train["epoch_learning_rate"].Select(s => s.Value), Is.EqualTo(new[] { .25f, .25f, .25f }));
        Assert.That(validation["epoch_accuracy"], Is.EqualTo(history["val_accuracy"].Select((v, i) => ((long)i, (float)v))));
        var loss = net.Evaluate(x, y, callbacks: [board])["loss"];
        var file = Directory.GetFiles(Path.Combine(folder, "validation")).Single(f => !EventFile.Scalars(f)["epoch_loss"].Any());
        Assert.That(EventFile.Scalars(file)["evaluation_loss_vs_iterations"], Is.EqualTo(new[] { (12L, (float)loss) }), "12 steps were made before");
    }

    [Test]
    public void TheGraphIsTheModels()
    {
        Run(new(folder));
        var graphs = EventFile.Read(EventFile.In(folder, "train")).Where(e => e.GraphDef.Length > 0).ToArray();
        Assert.That(graphs, Has.Length.EqualTo(1));
        var graph = GraphDef.Parser.ParseFrom(graphs[0].GraphDef);
        var names = graph.Node.Select(n => n.Name).ToHashSet();
        Assert.That(names, Does.Contain("conv2d/kernel").And.Contain("dense_1/bias"));
        Assert.That(graph.Node.Select(n => n.Op), Does.Contain("Placeholder").And.Contain("Conv2D").And.Contain("Softmax"));
        Assert.That(graph.Node.Where(n => n.Op is "Conv2D" or "Softmax").Select(n => n.Name), Is.EquivalentTo(new[] { "conv2d/Conv2D", "dense_1/Softmax" }));
        Assert.That(graph.Node.SelectMany(n => n.Input).Select(i => i.TrimStart('^').Split(':')[0]).Where(i => !names.Contains(i)), Is.Empty);
    }

    [Test]
    public void NoGraphWhenNotWantedAndANewFileForEachFit()
    {
        var board = new TensorBoard(folder) { WriteGraph = false };
        Run(board);
        Run(board);
        var files = Directory.GetFiles(Path.Combine(folder, "train"));
        Assert.That(files, Has.Length.EqualTo(2));
        Assert.That(files.SelectMany(EventFile.Read).Where(e => e.GraphDef.Length > 0), Is.Empty);
    }

    [Test]
    public void WhatIsNotKnownIsRefused()
    {
        Assert.That(() => new TensorBoard(folder) { UpdateFreq = "day" }, Throws.ArgumentException.With.Message.Contains("'day'"));
        Assert.That(() => new TensorBoard(folder) { UpdateFreq = 0 }, Throws.ArgumentException.With.Message.Contains("0"));
        Assert.That(() => new TensorBoard(""), Throws.ArgumentException);
        Assert.That(new[] { (UpdateFrequency)"epoch", (UpdateFrequency)"batch", 7 }.Select(f => f.ToString()), Is.EqualTo(new[] { "epoch", "batch", "7" }));
    }
}
