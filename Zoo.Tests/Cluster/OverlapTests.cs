using System.Text.Json;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Spark;
using Zoo.Spark.Training;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Cluster;

/// <summary>Gradients that travel while others are computed, as bfloat16, or as rows; and where the time goes.</summary>
[Category("Cluster")]
internal sealed class OverlapTests
{
    [Test]
    public void ResultsAreHandedOutWhileOthersAreComputed()
    {
        var (order, x) = (new List<string>(), StateOps.Input("x", [3], DType.Float32));
        var late = Op.Custom("late", (v, y) =>
        {
            order.Add("late runs");
            v[0].AsSpan<float>().CopyTo(y.AsSpan<float>());
        }).Apply(A.Exp(x));
        using var session = Engines.Find("embedded").Compile(new() { Feeds = [x], Fetches = [late, A.Exp(x)] });
        for (var turn = 0; turn < 2; turn++)
        {
            order.Clear();
            var results = new NDArray?[2];
            session.Run([NDArray.From(new[] { 0f, 1f, 2f })], results, i => order.Add($"{i}: {results[i] is null}"));
            Assert.That(order, Is.EqualTo(new[] { "1: True", "late runs", "0: True" }), "results are the caller's when the run ends");
            Assert.That(results[0]!.ToArray<float>(), Is.EqualTo(results[1]!.ToArray<float>()));
        }
    }

    [Test]
    public void BucketsAreSentInOrderAsSoonAsTheyAreFull()
    {
        var sent = new List<int>();
        using SemaphoreSlim gone = new(0);
        Buckets buckets = new(2, [-1, 1, 1, 0], i =>
        {
            lock (sent) sent.Add(i);
            gone.Release();
        });
        for (var step = 0; step < 3; step++)
        {
            sent.Clear();
            buckets.Begin();
            buckets.Ready(0);
            buckets.Ready(1);
            buckets.Ready(3);
            Assert.That(gone.Wait(5000));
            Assert.That(sent, Is.EqualTo(new[] { 0 }));
            buckets.Ready(2);
            buckets.End();
            Assert.That(gone.Wait(5000));
            Assert.That((sent, buckets.Early), Is.EqualTo((new List<int> { 0, 1 }, 1)));
        }
        buckets.Begin();
        buckets.Break();
        buckets = new(1, [0], _ => throw new IOException("gone"));
        buckets.Begin();
        buckets.Ready(0);
        Assert.That(buckets.End, Throws.TypeOf<IOException>());
    }

    static Model Train(ITrainer? by, string kind, DType dtype, Optimizer optimizer, out History history, int epochs = 8, ulong? seed = null)
    {
        var (model, x, y) = Nets.Make(kind, dtype);
        if (seed is { } other) model.Seed = other;
        model.Compile(optimizer, "sparse_categorical_crossentropy");
        history = model.Fit(x, y, batchSize: 50, epochs: epochs, verbose: 0, trainer: by);
        return model;
    }

    [Test]
    public void SmallBucketsAreTheSameMaths([Values("mlp", "lenet", "embedding")] string kind, [Values(1, 2, 3)] int n)
    {
        using var zoo = ZooContext.Start($"local[{n}]", new() { BucketBytes = 256 });
        Assert.That(Nets.Difference(Train(null, kind, DType.Float64, new Adam(0.01) { GlobalClipnorm = 0.1 }, out _), Train(zoo, kind, DType.Float64, new Adam(0.01) { GlobalClipnorm = 0.1 }, out _)), Is.LessThan(1e-9));
    }

    [Test]
    public void SmallBucketsGiveTheSameBitsInProcesses()
    {
        ZooOptions how = new() { BucketBytes = 256, ThreadsPerWorker = 1 };
        using ZooContext threads = ZooContext.Start("local[2]", how), processes = ZooContext.Start("local-processes[2]", how), one = ZooContext.Start("local[2]", new() { ThreadsPerWorker = 1 });
        foreach (var kind in (string[])["lenet", "embedding"])
        {
            var bits = Nets.Bits(Train(threads, kind, DType.Float32, new Adam(0.01), out _));
            Assert.That(Nets.Bits(Train(processes, kind, DType.Float32, new Adam(0.01), out _)).AsSpan().SequenceEqual(bits), kind);
            Assert.That(Nets.Bits(Train(one, kind, DType.Float32, new Adam(0.01), out _)).AsSpan().SequenceEqual(bits), $"{kind} in one bucket");
        }
    }

    [Test]
    public void SeveralShardsSendEarlyToo([Values("lenet", "embedding")] string kind)
    {
        var bits = new[] { 1, 2, 4, 8 }.Select(n =>
        {
            using var zoo = ZooContext.Start($"local[{n}]", new() { Shards = 8, BucketBytes = 256 });
            return Nets.Bits(Train(zoo, kind, DType.Float32, new Adam(0.01), out _));
        }).ToArray();
        using var one = ZooContext.Start("local[3]", new() { Shards = 8 });
        var whole = Nets.Bits(Train(one, kind, DType.Float32, new Adam(0.01), out _));
        foreach (var some in bits) Assert.That(some.AsSpan().SequenceEqual(whole));
    }

    [Test]
    public void RowsAndBucketsOfShardsAreAddedUpOnce()
    {
        Spark.Collective.ShardOrder order = new(3, 8);
        StepPlan plan = new() { Engine = "embedded", Parts = new() { Feeds = [], Fetches = [] }, Regions = [(DType.Float32, 16, [0, 16, 16, 16], 0)] };
        for (var rank = 0; rank < 3; rank++)
        {
            ShardSums sums = new(plan, order, rank);
            for (var turn = 0; turn < 2; turn++)
            {
                sums.Each((shard, into) => into.Gradients[0].AsSpan<float>().Fill(order.Bounds[rank] + shard), s => [.. s.Gradients]);
                Assert.That(sums.Join(s => s.Gradients[0]).Sum(g => g.Number(5)), Is.EqualTo(Enumerable.Range(order.Bounds[rank], sums.Shards).Sum()));
            }
        }
    }

    [Test]
    public void AWorkersErrorEndsAnOverlappedStep()
    {
        var (model, x, y) = Nets.Make("embedding", DType.Float32);
        model.Compile(new SGD(), "sparse_categorical_crossentropy");
        x.AsSpan<long>()[119 * 6] = 1000;
        using var zoo = ZooContext.Start("local[2]", new() { BucketBytes = 16, Timeout = TimeSpan.FromSeconds(5) });
        var error = Assert.Throws<ClusterException>(() => model.Fit(x, y, batchSize: 60, shuffle: false, verbose: 0, trainer: zoo))!;
        Assert.That((error.Rank, error.Step), Is.EqualTo((1, 1L)));
    }

    [Test]
    public void RowsThatAreZeroStayAtHome([Values(2, 3)] int n, [Values] bool tcp, [Values(DType.Float32, DType.Float64)] DType dtype, [Values(0, 7, 400)] int rows, [Values] WireFormat wire)
    {
        const int width = 9, all = 400;
        using Peers peers = new(n, tcp);
        var bounds = Spark.Collective.Slices.Bounds(all * width, n);
        peers.All(c =>
        {
            var mine = NDArray.Zeros([all * width], dtype);
            Random random = new(c.Rank);
            foreach (var row in Enumerable.Range(0, all).OrderBy(_ => random.Next()).Take(rows)) Peers.Numbers(row + c.Rank, width, dtype).Bytes.CopyTo(mine.Rows(row * width, width).Bytes);
            var dense = mine.Clone();
            var before = c.Sent;
            c.ReduceScatter(dense, bounds, wire);
            var plain = c.Sent - before;
            c.ReduceScatterRows([mine], bounds, width, wire);
            var (from, count) = (bounds[c.Rank], bounds[c.Rank + 1] - bounds[c.Rank]);
            Assert.That(mine.Rows(from, count).Bytes.SequenceEqual(dense.Rows(from, count).Bytes));
            Assert.That(c.Sent - before - plain, rows == all ? Is.EqualTo(plain + 4 * (n - 1)) : Is.LessThan(plain / 10 + 4 * n));
        });
    }

    [Test]
    public void RowsOfShardsStayAtHomeToo([Values(1, 2, 3, 4)] int n, [Values] bool tcp, [Values(0, 3, 400)] int rows, [Values] WireFormat wire)
    {
        const int width = 9, all = 400, shards = 7;
        using Peers peers = new(n, tcp, shards: shards);
        var bounds = Spark.Collective.Slices.Bounds(all * width, n);
        peers.All(c =>
        {
            var sums = Enumerable.Range(c.Order.Items[c.Rank], c.Order.Items[c.Rank + 1] - c.Order.Items[c.Rank]).Select(item =>
            {
                var sum = NDArray.Zeros([all * width]);
                Random random = new(item);
                foreach (var row in Enumerable.Range(0, all).OrderBy(_ => random.Next()).Take(rows)) Peers.Numbers(row + item, width).Bytes.CopyTo(sum.Rows(row * width, width).Bytes);
                if (rows > 0) sum.AsSpan<float>()[random.Next(all * width)] = -0f;
                return sum;
            }).ToArray();
            var dense = Array.ConvertAll(sums, s => s.Clone());
            var before = c.Sent;
            c.ReduceScatter(dense, bounds, wire);
            var plain = c.Sent - before;
            c.ReduceScatterRows(sums, bounds, width, wire);
            var (from, count) = (bounds[c.Rank], bounds[c.Rank + 1] - bounds[c.Rank]);
            Assert.That(sums[0].Rows(from, count).Bytes.SequenceEqual(dense[0].Rows(from, count).Bytes));
            Assert.That(c.Sent - before - plain, rows == all ? Is.EqualTo(plain + 4 * sums.Length * (n - 1)) : Is.LessThanOrEqualTo(plain / 20 + 4 * sums.Length * (n - 1)));
        });
    }

    [Test]
    public void BrainNumbersTrainAsFloatsDo()
    {
        using ZooContext plain = ZooContext.Start("local[2]"), halved = ZooContext.Start("local[2]", new() { Wire = WireFormat.BFloat16 });
        var curves = new ulong[] { 1, 2, 3, 4 }.Select(seed => Curve(plain, seed)).ToArray();
        var brain = Curve(halved, 1);
        for (var epoch = 0; epoch < brain.Count; epoch++)
        {
            var noise = curves.Max(c => c[epoch]) - curves.Min(c => c[epoch]);
            Assert.That(Math.Abs(brain[epoch] - curves[0][epoch]), Is.LessThan(noise / 2), $"epoch {epoch}");
        }
        Assert.That(brain[^1], Is.LessThan(brain[0]));

        static IReadOnlyList<double> Curve(ZooContext by, ulong seed)
        {
            Train(by, "lenet", DType.Float32, new Adam(0.01), out var history, epochs: 12, seed);
            return history["loss"];
        }
    }

    [Test]
    public void PhasesAreInHistoryAndInTheTrace()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"trace_{Guid.NewGuid():N}.json");
        using var zoo = ZooContext.Start("local[2]");
        History history;
        using (new ChromeTrace(file)) Train(zoo, "mlp", DType.Float32, new Adam(), out history, epochs: 3);
        Train(zoo, "mlp", DType.Float32, new Adam(), out _, epochs: 1);
        string[] names = ["compute", "wait", "put gradient", "aggregate", "update", "get weights"];
        Assert.That(history.Phases.Keys, Is.EqualTo(names));
        Assert.That(history.Phases.Values, Is.All.Count.EqualTo(3).And.All.All.GreaterThanOrEqualTo(0));
        Assert.That(history.Phases["compute"], Is.All.GreaterThan(0));
        using var trace = JsonDocument.Parse(File.ReadAllBytes(file));
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        var spans = events.Where(e => e.GetProperty("ph").GetString() == "X").ToArray();
        Assert.That(spans.Count(e => e.GetProperty("name").GetString() == "step"), Is.EqualTo(9), "three epochs of three steps");
        foreach (var name in names) Assert.That(spans.Count(e => e.GetProperty("name").GetString() == name), Is.EqualTo(18), name);
        Assert.That(events.Count(e => e.GetProperty("ph").GetString() == "M"), Is.EqualTo(3));
        File.Delete(file);
        Assert.That(Train(null, "mlp", DType.Float32, new Adam(), out var local, epochs: 1), Is.Not.Null);
        Assert.That(local.Phases, Is.Empty);
    }
}
