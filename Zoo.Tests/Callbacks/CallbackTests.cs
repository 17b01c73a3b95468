using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Training;

namespace Zoo.Tests.Callbacks;

/// <summary>When callbacks are called and what they see; the ones that steer.</summary>
public class CallbackTests
{
    static readonly NDArray X = TrainerTests.Noise([12, 4], 1), Y = TrainerTests.Noise([12, 1], 2);

    static Sequential Net(double rate = 0.05)
    {
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(new SGD(rate), "mse", ["mae"]);
        return net;
    }

    sealed class Watch : Callback
    {
        internal List<string> Seen { get; } = [];
        public override void OnTrainBegin(Logs logs) => Seen.Add($"train of {Params.Epochs} epochs, {Params.Steps} steps of {Params.BatchSize}");
        public override void OnTrainEnd(Logs logs) => Seen.Add($"end {string.Join(' ', logs.Keys)}");
        public override void OnEpochBegin(int epoch, Logs logs) => Seen.Add($"epoch {epoch}");
        public override void OnEpochEnd(int epoch, Logs logs) => Seen.Add($"epoch {epoch} end {string.Join(' ', logs.Keys)}");
        public override void OnTrainBatchBegin(int batch, Logs logs) => Seen.Add($"batch {batch}");
        public override void OnTrainBatchEnd(int batch, Logs logs) => Seen.Add($"batch {batch} end {string.Join(' ', logs.Keys)}");
        public override void OnTestBegin(Logs logs) => Seen.Add("test");
        public override void OnTestBatchEnd(int batch, Logs logs) => Seen.Add($"test {batch}");
        public override void OnTestEnd(Logs logs) => Seen.Add("test end");
        public override void OnPredictBatchEnd(int batch, Logs logs) => Seen.Add($"predict {batch}");
    }

    [Test]
    public void CallbacksAreCalledInKerasOrder()
    {
        var watch = new Watch();
        var net = Net();
        net.Fit(X, Y, batchSize: 8, verbose: 0, validationData: (X, Y), validationBatchSize: 12, callbacks: [watch]);
        Assert.That(watch.Seen, Is.EqualTo(new[]
        {
            "train of 1 epochs, 2 steps of 8", "epoch 0", "batch 0", "batch 0 end loss mae", "batch 1", "batch 1 end loss mae", "test", "test 0", "test end",
            "epoch 0 end loss mae val_loss val_mae", "end loss mae val_loss val_mae",
        }));
        watch.Seen.Clear();
        net.Predict(X, batchSize: 5, callbacks: [watch]);
        Assert.That(watch.Seen, Is.EqualTo(new[] { "predict 0", "predict 1", "predict 2" }));
        Assert.That(() => new Watch().Model, Throws.InvalidOperationException.With.Message.Contains("in no run"));
    }

    sealed class Adds : Callback
    {
        public override void OnEpochEnd(int epoch, Logs logs) => logs["learning_rate"] = Model.Optimizer!.CurrentLearningRate;
    }

    [Test]
    public void WhatACallbackAddsIsRecorded()
    {
        var history = Net().Fit(X, Y, epochs: 2, verbose: 0, callbacks: [new Adds()]);
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 0.05, 0.05 }).Within(1e-6));
        Assert.That(() => history["val_loss"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("loss, mae, learning_rate"));
    }

    sealed class Script(params double[] values) : Callback
    {
        public override void OnEpochEnd(int epoch, Logs logs) => logs["score"] = values[epoch];
    }

    [TestCase("min", 0, 0.0, null, 0, new[] { 3, 2, 2.5, 1, 1.0 }, 2, 1)]
    [TestCase("min", 2, 0.0, null, 0, new[] { 3, 2, 2.5, 1.9, 2.0, 2.1, 0 }, 5, 3)]
    [TestCase("max", 2, 0.5, null, 0, new[] { 1, 1.4, 2.0, 2.2, 2.3, 9 }, 4, 2)]
    [TestCase("max", 1, 0.0, 5.0, 0, new[] { 1, 2.0, 3, 4, 9 }, null, 4)]
    [TestCase("min", 0, 0.0, null, 3, new[] { 1, 2, 3, 4, 5.0, 0 }, 4, 3)]
    public void EarlyStoppingStopsAsKerasDoes(string mode, int patience, double minDelta, double? baseline, int start, double[] scores, int? stopped, int best)
    {
        var stop = new EarlyStopping("score") { Mode = mode, Patience = patience, MinDelta = minDelta, Baseline = baseline, StartFromEpoch = start };
        var history = Net().Fit(X, Y, epochs: scores.Length, verbose: 0, callbacks: [new Script(scores), stop]);
        Assert.That((stop.StoppedEpoch, stop.BestEpoch), Is.EqualTo((stopped, best)));
        Assert.That(history.Epochs, Has.Count.EqualTo(stopped + 1 ?? scores.Length));
    }

    [Test]
    public void TheBestWeightsComeBack()
    {
        var (net, twin) = (Net(), Net());
        twin.Fit(X, Y, epochs: 2, verbose: 0, shuffle: false);
        net.Fit(X, Y, epochs: 9, verbose: 0, shuffle: false, callbacks: [new Script(3, 1, 2, 2, 2, 2, 2, 2, 2), new EarlyStopping("score") { Mode = "min", Patience = 3, RestoreBestWeights = true }]);
        Assert.That(net.Weights[0].Value.ToArray<float>(), Is.EqualTo(twin.Weights[0].Value.ToArray<float>()));
        Assert.That(() => net.Fit(X, Y, verbose: 0, callbacks: [new EarlyStopping()]), Throws.ArgumentException.With.Message.Contains("val_loss").And.Message.Contains("loss, mae"));
    }

    [Test]
    public void CheckpointsAreNamedAndKeepTheBest()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"checkpoints-{Guid.NewGuid():N}");
        var net = Net();
        string[] Files() => [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!).Order()];
        try
        {
            net.Fit(X, Y, epochs: 3, verbose: 0, callbacks: [new Script(3, 1, 2), new ModelCheckpoint(Path.Combine(folder, "{epoch:02d}-{score:.2f}.keras"), "score") { SaveBestOnly = true, Mode = "min" }]);
            Assert.That(Files(), Is.EqualTo(new[] { "01-3.00.keras", "02-1.00.keras" }));
            Directory.Delete(folder, true);
            net.Fit(X, Y, epochs: 2, batchSize: 4, verbose: 0, callbacks: [new ModelCheckpoint(Path.Combine(folder, "{epoch}-{batch}.weights.h5")) { SaveWeightsOnly = true, SaveFreq = 2 }]);
            Assert.That(Files(), Is.EqualTo(new[] { "1-2.weights.h5", "2-1.weights.h5", "2-3.weights.h5" }));
            net.Fit(X, Y, verbose: 0, callbacks: [new ModelCheckpoint(Path.Combine(folder, "last.keras"))]);
            var again = Model.Load(Path.Combine(folder, "last.keras"));
            Assert.That(again.Predict(X).ToArray<float>(), Is.EqualTo(net.Predict(X).ToArray<float>()));
            Assert.That(again.Fit(X, Y, verbose: 0)["loss"][0], Is.EqualTo(net.Fit(X, Y, verbose: 0)["loss"][0]).Within(1e-6));
        }
        finally { if (Directory.Exists(folder)) Directory.Delete(folder, true); }
        Assert.That(() => net.Fit(X, Y, verbose: 0, callbacks: [new ModelCheckpoint("a.h5")]), Throws.ArgumentException.With.Message.Contains(".keras"));
        Assert.That(() => net.Fit(X, Y, verbose: 0, callbacks: [new ModelCheckpoint("{val_loss}.keras")]), Throws.ArgumentException.With.Message.Contains("not measured"));
    }

    /// <summary>Counts the memory that steps allocate.</summary>
    sealed class Allocations : Callback
    {
        long before;
        internal long PerStep { get; private set; }
        internal long OfLoop { get; private set; }
        long loop;
        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            var now = GC.GetTotalAllocatedBytes();
            var here = GC.GetAllocatedBytesForCurrentThread();
            if (batch == 200) (before, loop) = (now, here);
            if (batch == 400) (PerStep, OfLoop) = ((now - before) / 200, (here - loop) / 200);
        }
    }

    [Test]
    public void StepsAllocateNothing([Values] bool shuffle)
    {
        var (x, y, count) = (TrainerTests.Noise([402 * 4, 4], 3), TrainerTests.Noise([402 * 4, 1], 4), new Allocations());
        var net = Net();
        net.Fit(x, y, batchSize: 4, verbose: 0, shuffle: shuffle);
        net.Fit(x, y, batchSize: 4, verbose: 0, shuffle: shuffle, callbacks: [count]);
        TestContext.Out.WriteLine($"{count.PerStep} bytes a step, {count.OfLoop} of them on the thread that trains");
        Assert.That(count.OfLoop, Is.LessThan(shuffle ? 64 : 600), "in order, the first epoch makes a view of each batch");
    }
}
