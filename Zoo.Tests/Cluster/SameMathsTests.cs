using System.Collections.Concurrent;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Spark;

namespace Zoo.Tests.Cluster;

/// <summary>N workers do what one process does: in float64 to 1e-9 after 50 steps.</summary>
[Category("Cluster")]
internal sealed class SameMathsTests
{
    static readonly int[] workers = [1, 2, 3, 4, 7];

    static readonly Dictionary<string, Func<Optimizer>> optimizers = new()
    {
        ["adam"] = () => new Adam(0.01),
        ["sgd"] = () => new SGD(0.05),
        ["momentum, clipnorm"] = () => new SGD(0.05, momentum: 0.9, nesterov: true) { Clipnorm = 0.05 },
        ["adam, global norm"] = () => new Adam(0.01) { GlobalClipnorm = 0.1 },
        ["amsgrad, clipvalue"] = () => new Adam(0.01) { Amsgrad = true, Clipvalue = 0.01 },
        ["adamw, groups"] = () => new AdamW(0.01, weightDecay: 0.1).ExcludeFromWeightDecay("bias"),
        ["adamw, groups, clipnorm"] = () => new AdamW(0.01, weightDecay: 0.1) { Clipnorm = 0.03 }.ExcludeFromWeightDecay("bias"),
        ["rmsprop, ema"] = () => new RMSprop(0.005, momentum: 0.5, centered: true) { UseEma = true, EmaMomentum = 0.9, EmaOverwriteFrequency = 7 },
        ["adam, accumulation, global norm"] = () => new Adam(0.01) { GradientAccumulationSteps = 3, GlobalClipnorm = 0.1 },
        ["adam, scaled"] = () => new Adam(0.01) { LossScaleFactor = 64 },
        ["whole weights"] = () => new WholeSGD(),
    };

    static IEnumerable<string> Options => optimizers.Keys;

    /// <summary>The classes of optimizers that need no whole model to see.</summary>
    static readonly Dictionary<string, Type> kinds = typeof(Optimizer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Optimizer)) && t is { IsAbstract: false, IsPublic: true } && t != typeof(LBFGS) && t.GetConstructors() is [var one] && one.GetParameters().All(p => p.HasDefaultValue)).ToDictionary(t => t.Name);

    static IEnumerable<string> Kinds => kinds.Keys;

    /// <summary>A formula that needs to see whole weights.</summary>
    sealed class WholeSGD() : Optimizer(0.05)
    {
        public override Granularity Granularity => Granularity.Parameter;

        public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step) =>
            weight - gradient * step.Rate / (Autograd.AutoGrad.Sqrt(Autograd.AutoGrad.Sum(Autograd.AutoGrad.Square(gradient))) + 1);
    }

    static Model Train(string kind, Func<Optimizer> optimizer, ITrainer? trainer, out History history, DType dtype = DType.Float64, int batchSize = 50, bool weighted = false, int epochs = 25, IEnumerable<Callback>? callbacks = null)
    {
        var (model, x, y) = Nets.Make(kind, dtype);
        model.Compile(optimizer(), Nets.LossOf(kind), metrics: kind == "masked" ? null : ["accuracy"]);
        history = model.Fit(x, y, batchSize: batchSize, epochs: epochs, verbose: 0, classWeight: weighted ? new Dictionary<int, double> { [0] = 3, [2] = 0.25 } : null, trainer: trainer, callbacks: callbacks, validationSplit: 0.2);
        return model;
    }

    static readonly ConcurrentDictionary<string, (Model Model, History History)> alone = [];

    /// <summary>50 steps (25 epochs of two) in float64: weights, the optimizer's memory, losses and metrics are those of one process.</summary>
    static void Same(string kind, string optimizer, int n, bool weighted = false, int batchSize = 50)
    {
        var (expected, values) = alone.GetOrAdd($"{kind} {optimizer} {weighted} {batchSize}", _ => (Train(kind, Made, null, out var history, batchSize: batchSize, weighted: weighted), history));
        using var zoo = ZooContext.Start($"local[{n}]");
        var model = Train(kind, Made, zoo, out var together, batchSize: batchSize, weighted: weighted);
        Assert.That(Nets.Difference(expected, model), Is.LessThan(1e-9));
        Assert.That(together.Values.Keys, Is.EqualTo(values.Values.Keys));
        foreach (var (name, known) in values.Values) Assert.That(together[name], Is.EqualTo(known).Within(1e-9), name);

        Optimizer Made() => optimizers.TryGetValue(optimizer, out var make) ? make() : (Optimizer)Activator.CreateInstance(kinds[optimizer], [.. kinds[optimizer].GetConstructors()[0].GetParameters().Select(p => p.DefaultValue)])!;
    }

    [Test]
    public void NetsOnAnyNumberOfWorkers([Values("mlp", "lenet", "embedding", "lstm", "synchronized")] string kind, [ValueSource(nameof(workers))] int n, [Values] bool weighted) => Same(kind, "adam", n, weighted);

    [Test]
    public void MasksAreCountedOverAllWorkers([ValueSource(nameof(workers))] int n) => Same("masked", "adam", n);

    [Test]
    public void OptionsOnSlices([ValueSource(nameof(Options))] string optimizer, [Values(2, 3, 7)] int n) => Same("mlp", optimizer, n);

    [Test]
    public void EveryOptimizer([ValueSource(nameof(Kinds))] string optimizer, [Values(2, 7)] int n) => Same("mlp", optimizer, n);

    [Test]
    public void OptimizersThatSeeAllWeightsAreRefused()
    {
        using var zoo = ZooContext.Start("local[2]");
        foreach (var make in (Func<Optimizer>[])[() => new LossScaleOptimizer(new SGD()), () => new LBFGS()])
            Assert.That(() => Train("mlp", make, zoo, out _), Throws.InvalidOperationException.With.Message.Contains("all weights"));
    }

    [Test]
    public void EmptyPartitionsAddNothing() => Same("mlp", "adam", 7, batchSize: 3);

    [Test]
    public void TheLossOfTheLastStepIsThatStepsAlone([Values(null, 8)] int? shards)
    {
        // 11 samples in batches of 8: the last one has 3, fewer than workers
        var losses = new[] { null, ZooContext.Start("local[7]", new() { Shards = shards }) }.Select(by =>
        {
            using var _ = by;
            var (model, x, y) = Nets.Make("mlp", DType.Float64);
            model.Compile(new SGD(0.1), "sparse_categorical_crossentropy");
            List<double> seen = [];
            model.Fit(x.Rows(0, 11), y.Rows(0, 11), batchSize: 8, epochs: 2, shuffle: false, verbose: 0, trainer: by, endTrigger: new Losses(seen));
            return seen;
        }).ToArray();
        Assert.That(losses[0], Has.Count.EqualTo(4));
        Assert.That(losses[1], Is.EqualTo(losses[0]).Within(1e-6));
    }

    [Test]
    public void EachClusterHasItsOwnThreads()
    {
        var before = Autograd.Engine.Engines.Threads;
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        Model Counting()
        {
            var x = K.Input([2]);
            return new(x, x >> new Lambda(v => Op.Custom("threads", (from, to) =>
            {
                seen.Add(Autograd.Engine.Engines.Threads);
                from[0].Bytes.CopyTo(to.Bytes);
            }).Apply(v)));
        }
        ZooContext one = ZooContext.Start("local[2]", new() { ThreadsPerWorker = 1 }), three = ZooContext.Start("local[1]", new() { ThreadsPerWorker = 3 });
        foreach (var (by, count) in new (ZooContext?, int)[] { (one, 1), (three, 3), (one, 1), (null, before) })
        {
            seen.Clear();
            Counting().Predict(NDArray.Zeros([4, 2]), trainer: by);
            Assert.That(seen, Is.Not.Empty.And.All.EqualTo(count));
        }
        one.Dispose();
        three.Dispose();
        Assert.That(Autograd.Engine.Engines.Threads, Is.EqualTo(before));
    }

    sealed record Losses(List<double> Seen) : Trigger
    {
        public override bool Fires(TrainingProgress at)
        {
            if (Seen.Count < at.RunIteration) Seen.Add(at.Loss);
            return false;
        }
    }

    [Test]
    public void WorkersThatMeetWithinAStepNeedSamples()
    {
        using var zoo = ZooContext.Start("local[3]");
        Assert.That(() => Train("synchronized", () => new SGD(), zoo, out _, batchSize: 2), Throws.InvalidOperationException.With.Message.Contains("Synchronized"));
    }

    [Test]
    public void ShardsGiveTheSameBitsOnAnyNumberOfWorkers([Values("mlp", "lenet", "batchnorm", "lstm", "embedding")] string kind, [Values("adam, global norm", "momentum, clipnorm")] string optimizer)
    {
        var runs = new[] { 1, 2, 4, 8, 3, 7 }.Select(n =>
        {
            using var zoo = ZooContext.Start($"local[{n}]", new() { Shards = 8 });
            var model = Train(kind, optimizers[optimizer], zoo, out var history, DType.Float32, epochs: 4);
            var (_, x, y) = Nets.Make(kind, DType.Float32);
            var evaluated = model.Evaluate(x, y, batchSize: 50, trainer: zoo);
            return (Weights: Nets.Bits(model), Logs: history.Values.SelectMany(v => v.Value).Concat(evaluated.Select(l => l.Value)).ToArray(), Predicted: model.Predict(x, batchSize: 50, trainer: zoo).ToArray<float>());
        }).ToArray();
        foreach (var run in runs)
        {
            Assert.That(run.Weights.AsSpan().SequenceEqual(runs[0].Weights));
            Assert.That(run.Logs, Is.EqualTo(runs[0].Logs));
            Assert.That(run.Predicted, Is.EqualTo(runs[0].Predicted));
        }
        using var other = ZooContext.Start("local[2]", new() { ThreadsPerWorker = 1 });
        Assert.That(Nets.Bits(Train(kind, optimizers[optimizer], other, out _, DType.Float32, epochs: 4)).AsSpan().SequenceEqual(runs[0].Weights), Is.False, "without shards sums have another order");
    }

    [Test]
    public void ShardsInFloat64AreOneProcess([Values(1, 3)] int n)
    {
        using var zoo = ZooContext.Start($"local[{n}]", new() { Shards = 8 });
        Assert.That(Nets.Difference(Train("mlp", optimizers["adam, global norm"], null, out var one), Train("mlp", optimizers["adam, global norm"], zoo, out var many)), Is.LessThan(1e-9));
        Assert.That(many["val_loss"], Is.EqualTo(one["val_loss"]).Within(1e-9));
    }

    [Test]
    public void FewerShardsThanWorkersAreRefused() => Assert.That(() => ZooContext.Start("local[4]", new() { Shards = 3 }), Throws.ArgumentException.With.Message.Contains("shards"));

    [Test]
    public void ForcedRandomnessIsThatOfOneProcess([Values(1, 3)] int n)
    {
        using var zoo = ZooContext.Start($"local[{n}]");
        var results = new ITrainer?[] { null, zoo }.Select(by =>
        {
            var input = K.Input([9], dtype: DType.Float64);
            Model model = new(input, new Dropout(0.4) { DTypePolicy = DType.Float64 }.Apply(input, training: true) >> new Dense(4, "softmax") { DTypePolicy = DType.Float64 }) { Seed = 3 };
            var (_, x, y) = Nets.Make("mlp");
            model.Compile(new SGD(), "sparse_categorical_crossentropy");
            double[] losses = [.. Enumerable.Range(0, 2).Select(_ => model.Evaluate(x, y, batchSize: 50, trainer: by)["loss"])];
            return (losses, Predicted: model.Predict(x, batchSize: 50, trainer: by).ToArray<double>());
        }).ToArray();
        Assert.That(results[1].losses, Is.EqualTo(results[0].losses).Within(1e-12));
        Assert.That(results[0].losses[0], Is.Not.EqualTo(results[0].losses[1]));
        Assert.That(results[1].Predicted, Is.EqualTo(results[0].Predicted).Within(1e-12));
    }

    [Test]
    public void TwoRunsGiveTheSameBits([Values("mlp", "lenet", "batchnorm")] string kind, [Values(2, 3)] int n, [Values] WireFormat wire)
    {
        var bits = Enumerable.Range(0, 2).Select(_ =>
        {
            using var zoo = ZooContext.Start($"local[{n}]", new() { Wire = wire });
            return Nets.Bits(Train(kind, () => new Adam(0.01), zoo, out var _, DType.Float32, epochs: 3));
        }).ToArray();
        Assert.That(bits[0].AsSpan().SequenceEqual(bits[1]));
    }

    [Test]
    public void MovingStatisticsAreMeansOverSamples()
    {
        var (model, x, y) = Nets.Make("batchnorm");
        model.Compile(new SGD(0), "sparse_categorical_crossentropy");
        using var zoo = ZooContext.Start("local[3]");
        model.Fit(x, y, batchSize: 10, epochs: 1, stepsPerEpoch: 1, verbose: 0, shuffle: false, trainer: zoo);
        // the mean over the batch is the mean of the workers' means, weighted by their 4, 3 and 3 samples
        var (alone, _, _) = Nets.Make("batchnorm");
        alone.Compile(new SGD(0), "sparse_categorical_crossentropy");
        alone.Fit(x, y, batchSize: 10, epochs: 1, stepsPerEpoch: 1, verbose: 0, shuffle: false);
        var (a, b) = (model.Weights.Single(w => w.Name == "moving_mean").Value, alone.Weights.Single(w => w.Name == "moving_mean").Value);
        for (var i = 0; i < a.Count; i++) Assert.That(a.Number(i), Is.EqualTo(b.Number(i)).Within(1e-12));
        Assert.That(b.Number(0), Is.Not.Zero);
    }

    [Test]
    public void CallbacksSeeAndChangeTheModelWhileItTrains()
    {
        var seen = new List<byte[]>[] { [], [] };
        var models = seen.Select((list, i) =>
        {
            using var zoo = i == 0 ? null : ZooContext.Start("local[3]");
            return Train("mlp", () => new Adam(0.01), zoo, out _, epochs: 3, callbacks: [new Meddler(list)]);
        }).ToArray();
        Assert.That(Nets.Difference(models[0], models[1]), Is.LessThan(1e-9));
        Assert.That(seen[1], Has.Count.EqualTo(seen[0].Count).And.Count.EqualTo(6));
        Assert.That(seen[1].Distinct(EqualityComparer<byte[]>.Create((a, b) => a!.AsSpan().SequenceEqual(b), _ => 0)).Count(), Is.EqualTo(6), "each step shows other weights");
    }

    /// <summary>Reads the weights after each step, predicts, and changes the learning rate and a weight.</summary>
    sealed class Meddler(List<byte[]> seen) : Callback
    {
        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            Assert.That(Model.Optimizer!.Iterations.Value.ToNumber(), Is.EqualTo(seen.Count + 1));
            seen.Add(Nets.Bits(Model));
            Model.PredictOnBatch(NDArray.Zeros([2, 9], DType.Float64));
            if (batch == 0) Model.Optimizer.LearningRate = 0.02 / (seen.Count + 1);
            if (seen.Count != 4) return;
            var bias = Model.Weights[1];
            bias.Value = NDArray.Full(bias.Shape, 0.125, bias.DType);
        }
    }

    [Test]
    public void EvaluateAndPredictAreSharedOut([Values(1, 2, 3)] int n, [Values(50, 2)] int batchSize)
    {
        var (model, x, y) = Nets.Make("mlp");
        model.Compile(new SGD(), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
        using var zoo = ZooContext.Start($"local[{n}]");
        var (alone, together) = (model.Evaluate(x, y, batchSize: batchSize), model.Evaluate(x, y, batchSize: batchSize, trainer: zoo));
        foreach (var (name, value) in alone) Assert.That(together[name], Is.EqualTo(value).Within(1e-6), name);
        var (p, q) = (model.Predict(x, batchSize: batchSize), model.Predict(x, batchSize: batchSize, trainer: zoo));
        Assert.That(q.ToArray<double>(), Is.EqualTo(p.ToArray<double>()).Within(1e-14));
    }

    [Test]
    public void AWorkersOwnErrorIsToldAndTheModelStaysUsable()
    {
        var (model, x, y) = Nets.Make("embedding");
        model.Compile(new SGD(), "sparse_categorical_crossentropy");
        x.AsSpan<long>()[119 * 6] = 1000;
        using var zoo = ZooContext.Start("local[2]");
        var error = Assert.Throws<ClusterException>(() => model.Fit(x, y, batchSize: 60, epochs: 1, shuffle: false, verbose: 0, trainer: zoo))!;
        Assert.That(error.Message, Does.Contain("worker 1").And.Contain("step 1"));
        Assert.That((error.Rank, error.Step, error.InnerException), Is.EqualTo((1, 1L, error.InnerException)));
        Assert.That(error.InnerException, Is.Not.Null.And.Not.InstanceOf<ClusterException>());
        Assert.That(model.Optimizer!.Iterations.Value.ToNumber(), Is.EqualTo(1));
        x.AsSpan<long>()[119 * 6] = 1;
        model.Fit(x, y, batchSize: 60, epochs: 1, verbose: 0, trainer: zoo);
        Assert.That(model.Optimizer.Iterations.Value.ToNumber(), Is.EqualTo(3));
    }

    [TestCase("local[0]"), TestCase("yarn"), TestCase("local[x]"), TestCase("local[99999]")]
    public void UnknownMastersAreNamed(string master) => Assert.That(() => ZooContext.Start(master), Throws.ArgumentException.With.Message.Contains(master));
}
