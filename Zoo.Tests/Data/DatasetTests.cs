using System.Collections.Concurrent;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Data;

internal sealed class DatasetTests
{
    static NDArray Number(int i) => NDArray.Scalar(i, DType.Int32);

    static int[] Numbers(IEnumerable<NDArray> batches) => [.. batches.SelectMany(b => b.ToArray<int>())];

    [Test]
    public void StepsDoWhatTheySay()
    {
        var ten = Dataset.Range(10);
        Assert.That(ten.Map(i => i * i), Is.EqualTo(new[] { 0, 1, 4, 9, 16, 25, 36, 49, 64, 81 }));
        Assert.That(ten.Filter(i => i % 3 == 0), Is.EqualTo(new[] { 0, 3, 6, 9 }));
        Assert.That(ten.Skip(7).Concatenate(ten.Take(2)), Is.EqualTo(new[] { 7, 8, 9, 0, 1 }));
        Assert.That(Dataset.Range(2).Repeat(3), Is.EqualTo(new[] { 0, 1, 0, 1, 0, 1 }));
        Assert.That(Dataset.Range(2).Repeat().Take(5), Is.EqualTo(new[] { 0, 1, 0, 1, 0 }));
        Assert.That(ten.Zip(ten.Skip(8)), Is.EqualTo(new[] { (0, 8), (1, 9) }));
        Assert.That(ten.Map(Number).Batch(4).Select(b => b.ToString()), Is.EqualTo(new[] { "int32 [4] {0, 1, 2, 3}", "int32 [4] {4, 5, 6, 7}", "int32 [2] {8, 9}" }));
        Assert.That(ten.Map(Number).Batch(4, dropRemainder: true).Count(), Is.EqualTo(2));
    }

    [Test]
    public void CountsAreKnownBeforehandWhereTheyCanBe()
    {
        var ten = Dataset.Range(10).Map(Number);
        Assert.That((ten.Batch(4).Count, ten.Batch(4, dropRemainder: true).Count, ten.Take(3).Count, ten.Skip(20).Count, ten.Repeat(3).Count, ten.Repeat().Count), Is.EqualTo(((int?)3, (int?)2, (int?)3, (int?)0, (int?)30, (int?)null)));
        Assert.That((ten.Shuffle(3).Prefetch().Cache().Count, ten.Filter(_ => true).Count, ten.Zip(ten.Take(4)).Count), Is.EqualTo(((int?)10, (int?)null, (int?)4)));
    }

    /// <summary>TensorFlow's own documented example of interleave: cycle length 2, block length 4.</summary>
    [Test]
    public void InterleaveTakesFromSeveralInTurn() => Assert.That(Dataset.From([1, 2, 3, 4, 5]).Interleave(x => Dataset.From([x]).Repeat(6), cycleLength: 2, blockLength: 4),
        Is.EqualTo(new[] { 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5 }));

    [Test]
    public void ShuffleHoldsAllElementsInAnOrderThatDerivesFromSeedAndPass([Values(1, 7, 100)] int buffer)
    {
        var shuffled = Dataset.Range(50).Shuffle(buffer, seed: 3);
        int[] first = [.. shuffled], second = [.. shuffled], again = [.. Dataset.Range(50).Shuffle(buffer, seed: 3)], fixedOrder = [.. Dataset.Range(50).Shuffle(buffer, seed: 3, reshuffleEachIteration: false).Repeat(2)];
        Assert.That(first.Order(), Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(again, Is.EqualTo(first));
        Assert.That(fixedOrder[50..], Is.EqualTo(fixedOrder[..50]));
        Assert.That(first, buffer == 1 ? Is.EqualTo(second) : Is.Not.EqualTo(second));
        for (var i = 0; i < 50; i++) Assert.That(first[i], Is.LessThan(i + buffer), "an element cannot come before it is read");
    }

    [Test]
    public void ThreadsKeepTheOrder([Values(1, 3, 8)] int threads)
    {
        var used = new ConcurrentDictionary<string, bool>();
        var result = Dataset.Range(200).Map(i =>
        {
            used[Thread.CurrentThread.Name!] = true;
            Thread.SpinWait((i * 7919) % 20000);
            return i;
        }, threads).Prefetch(3);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 200)));
        Assert.That(used.Keys, Has.All.StartsWith("zoo-data Map"));
    }

    [Test]
    public void TuplesListsAndDictionariesAreJoinedPartByPart()
    {
        var pairs = Dataset.FromArrays(NDArray.From(new float[] { 1, 2, 3, 4 }, [2, 2]), NDArray.From(new[] { 5, 6 }, [2])).Batch(2).Single();
        Assert.That((pairs.X.ToString(), pairs.Y.ToString()), Is.EqualTo(("float32 [2, 2] {1, 2, 3, 4}", "int32 [2] {5, 6}")));
        var named = Dataset.FromArrays(new Arrays { ["b"] = Numbered(3), ["a"] = Numbered(3) }, Numbered(3)).Batch(3).Single();
        Assert.That((named.X.ToString(), named.Y.Count), Is.EqualTo(("b int32 [3], a int32 [3]", 1)));
        var map = Dataset.Range(2).Map(i => new Dictionary<string, NDArray> { ["z"] = Number(i), ["y"] = NDArray.From([$"t{i}"], []) }).Batch(2).Single();
        Assert.That((map["z"].ToString(), map["y"].ToStrings()), Is.EqualTo(("int32 [2] {0, 1}", new[] { "t0", "t1" })));

        static NDArray Numbered(int n) => NDArray.From(Enumerable.Range(0, n).ToArray(), [n]);
    }

    [Test]
    public void PaddedBatchFillsUpToTheLargest()
    {
        var rows = Dataset.From(new[] { NDArray.From(new[] { 1, 2, 3, 4 }, [2, 2]), NDArray.From(new[] { 5, 6, 7 }, [1, 3]) });
        Assert.That(rows.PaddedBatch(2, paddingValue: -1).Single().ToArray<int>(), Is.EqualTo(new[] { 1, 2, -1, 3, 4, -1, 5, 6, 7, -1, -1, -1 }));
        var texts = Dataset.From(new[] { NDArray.From(["a"], [1]), NDArray.From(["b", "c"], [2]) });
        Assert.That(texts.PaddedBatch(2).Single().ToStrings(), Is.EqualTo(new[] { "a", "", "b", "c" }));
        Assert.That(Dataset.Range(3).Map(Number).PaddedBatch(3).Single().ToArray<int>(), Is.EqualTo(new[] { 0, 1, 2 }), "scalars");
    }

    [Test]
    public void WhatDoesNotFitTogetherIsNamed()
    {
        var uneven = Dataset.From(new[] { Number(1), NDArray.From(new[] { 1, 2 }, [2]) });
        var error = Assert.Throws<DatasetException>(() => uneven.Batch(2).ToList())!;
        Assert.That(error.Message, Does.Contain("Batch").And.Contain("[2]").And.Contain("PaddedBatch"));
        Assert.That(Assert.Throws<DatasetException>(() => Dataset.Range(2).Batch(2).ToList())!.Message, Does.Contain("NDArray.Scalar"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Dataset.Range(2).Shuffle(0));
        Assert.Throws<ShapeException>(() => Dataset.FromArrays(NDArray.Zeros([2]), NDArray.Zeros([3])));
    }

    [Test]
    public void CacheAsksTheSourceOnce([Values] bool file)
    {
        var path = Path.Combine(Path.GetTempPath(), $"zoo-cache-{Guid.NewGuid():N}.zip");
        var made = 0;
        try
        {
            Dataset<(NDArray, NDArray)> Cached() => Dataset.Range(6).Map(i => (Number(Interlocked.Increment(ref made)), NDArray.From([i, i / 2f], [2]))).Cache(file ? path : null);
            var data = Cached();
            Assert.That(data.Take(3).Count(), Is.EqualTo(3));
            Assert.That(Directory.GetFiles(Path.GetTempPath(), $"{Path.GetFileName(path)}*"), Is.Empty, "half a pass keeps nothing");
            var (first, again) = (data.Select(d => $"{d}").ToArray(), data.Select(d => $"{d}").ToArray());
            Assert.That(again, Is.EqualTo(first));
            Assert.That(first[5], Is.EqualTo("(int32 [] {9}, float32 [2] {5, 2.5})"));
            if (file) Assert.That(Cached().Select(d => $"{d}"), Is.EqualTo(first), "another run reads the file");
            Assert.That(made, Is.LessThanOrEqualTo(file ? 11 : 9), "what the elements look like is seen in a first one");
        }
        finally { File.Delete(path); }
    }

    [Test]
    public void FitEvaluateAndPredictTakeIt()
    {
        var (x, y) = (new float[64 * 3], new float[64]);
        for (var i = 0; i < 64; i++)
        {
            for (var k = 0; k < 3; k++) x[i * 3 + k] = MathF.Sin(i * 3 + k);
            y[i] = x[i * 3] - 2 * x[i * 3 + 1];
        }
        Sequential Make()
        {
            Sequential model = [new Dense(1) { InputShape = [3] }];
            model.Seed = 1;
            model.Compile(new SGD(0.1), "mse");
            return model;
        }
        var data = Dataset.FromArrays(NDArray.From(x, [64, 3]), NDArray.From(y, [64, 1]));
        var (a, b) = (Make(), Make());
        var history = a.Fit(data.Shuffle(64, seed: 5).Map(e => e, threads: 2).Batch(16).Prefetch(), epochs: 20, verbose: 0, validationData: ValidationData.Batches(data.Batch(32).Prefetch()));
        Assert.That(history["loss"][^1], Is.LessThan(0.01));
        Assert.That(history.InputWaits, Has.Count.EqualTo(20).And.All.GreaterThanOrEqualTo(0));
        b.Fit(data.Shuffle(64, seed: 5).Batch(16), epochs: 20, verbose: 0);
        Assert.That(b.Weights[0].Value.ToArray<float>(), Is.EqualTo(a.Weights[0].Value.ToArray<float>()), "threads change no bit");
        Assert.That(a.Evaluate(data.Batch(16).Prefetch())["loss"], Is.EqualTo(a.Evaluate(NDArray.From(x, [64, 3]), NDArray.From(y, [64, 1]), batchSize: 16)["loss"]).Within(1e-6));
        Assert.That(a.PredictBatches(data.Batch(16).Map(e => e.X))[0].ToArray<float>(), Is.EqualTo(a.Predict(NDArray.From(x, [64, 3]), batchSize: 16).ToArray<float>()));
    }

    [Test]
    public void TheTimeThatStepsWaitIsMeasured()
    {
        Sequential model = [new Dense(1) { InputShape = [2] }];
        model.Compile(new SGD(0.1), "mse");
        var slow = Dataset.Range(4).Map(i =>
        {
            Thread.Sleep(30);
            return (NDArray.Zeros([2, 2]), NDArray.Zeros([2, 1]));
        });
        Assert.That(model.Fit(slow, epochs: 2, verbose: 0).InputWaits, Has.All.GreaterThan(0.1));
    }
}
