using System.Diagnostics;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Spark;
using Zoo.Spark.Local;

namespace Zoo.Tests.Cluster;

/// <summary>Workers as processes: the same bits as threads, and what happens when they die, hang or throw.</summary>
[Category("Cluster")]
internal sealed class ProcessTests
{
    internal static Model Train(ITrainer trainer, string kind = "mlp", int epochs = 3, params Callback[] callbacks)
    {
        var (model, x, y) = Nets.Make(kind, DType.Float32);
        model.Compile(new Adam(0.01), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
        model.Fit(x, y, batchSize: 50, epochs: epochs, verbose: 0, trainer: trainer, callbacks: callbacks);
        return model;
    }

    [Test]
    public void ProcessesGiveTheBitsOfThreads([Values(2, 3)] int n)
    {
        using ZooContext threads = ZooContext.Start($"local[{n}]", new() { ThreadsPerWorker = 1 }), processes = ZooContext.Start($"local-processes[{n}]", new() { ThreadsPerWorker = 1 });
        foreach (var kind in (string[])["mlp", "lenet", "embedding", "batchnorm"])
        {
            var (a, b) = (Train(threads, kind), Train(processes, kind));
            Assert.That(Nets.Bits(a).AsSpan().SequenceEqual(Nets.Bits(b)), kind);
        }
        var (model, x, _) = Nets.Make("mlp", DType.Float32);
        Assert.That(model.Predict(x, batchSize: 50, trainer: processes).ToArray<float>(), Is.EqualTo(model.Predict(x, batchSize: 50, trainer: threads).ToArray<float>()));
    }

    [Test]
    public void WithoutACheckpointALostWorkerEndsTheRunAndIsNamed()
    {
        using var zoo = ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1 });
        var error = Assert.Throws<ClusterException>(() => Train(zoo, callbacks: new Disturber(2, () => Processes(zoo)[1].Kill())))!;
        Assert.That(error.Rank, Is.EqualTo(1));
        Assert.That(error.Message, Does.Contain("worker 1").And.Contain("process").And.Contain("no checkpoint"));
        Train(zoo);   // new workers come for the next run
    }

    [Test]
    public void AWorkerThatHangsIsNamedWithinTheDeadline()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("needs the signal STOP");
        using var zoo = ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1, Timeout = TimeSpan.FromSeconds(3) });
        Stopwatch clock = new();
        var error = Assert.Throws<ClusterException>(() => Train(zoo, callbacks: new Disturber(2, () =>
        {
            Process.Start("kill", ["-STOP", $"{Processes(zoo)[1].Id}"])!.WaitForExit();
            clock.Start();
        })))!;
        Assert.That(error.Rank, Is.EqualTo(1));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(40)));
    }

    [Test]
    public void AWorkersOwnErrorComesBack()
    {
        var (model, x, y) = Nets.Make("embedding", DType.Float32);
        model.Compile(new SGD(), "sparse_categorical_crossentropy");
        x.AsSpan<long>()[119 * 6] = 1000;
        using var zoo = ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1, CheckpointEvery = 1 });
        var error = Assert.Throws<ClusterException>(() => model.Fit(x, y, batchSize: 60, shuffle: false, verbose: 0, trainer: zoo))!;
        Assert.That((error.Rank, error.Step), Is.EqualTo((1, 1L)));
        Assert.That(error.Message, Does.Contain("EngineException").Or.Contain("Exception"));
    }

    [TestCase(2, false), TestCase(2, true), TestCase(2, false, 3), TestCase(4, false)]
    public void EachWorkerHasItsShareOfTheProcessors(int workers, bool left, int? threads = null)
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("reads /proc, and only Linux binds");
        var before = Environment.GetEnvironmentVariable("OMP_PROC_BIND");
        var all = Allowed("/proc/self");
        if (all.Length < 2) Assert.Ignore("needs two processors to share out");
        using var zoo = ZooContext.Start($"local-processes[{workers}]", new() { ThreadsPerWorker = threads });
        try
        {
            Environment.SetEnvironmentVariable("OMP_PROC_BIND", left ? "false" : null);
            Train(zoo, epochs: 1);
        }
        finally
        {
            Environment.SetEnvironmentVariable("OMP_PROC_BIND", before);
        }
        var shares = Processes(zoo).Select(p => Directory.GetDirectories($"/proc/{p.Id}/task").SelectMany(t => Allowed(t)).Distinct().Order().ToArray()).ToArray();
        var places = Math.Min(workers, all.Length);
        var holders = left || threads > all.Length / places || workers % places != 0 ? workers : workers / places;
        Assert.That(shares.SelectMany(s => s).CountBy(p => p).OrderBy(c => c.Key), Is.EqualTo(all.Select(p => KeyValuePair.Create(p, holders))));
        Assert.That(Allowed("/proc/thread-self"), Is.EqualTo(all), "who starts workers keeps all");
    }

    static int[] Allowed(string task)
    {
        try
        {
            return [.. File.ReadLines($"{task}/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Split(',').Select(r => Array.ConvertAll(r.Split('-'), int.Parse)).SelectMany(r => Enumerable.Range(r[0], r[^1] - r[0] + 1))];
        }
        catch (IOException)
        {
            return [];   // a thread that has ended meanwhile
        }
    }

    internal static IReadOnlyList<Process> Processes(ZooContext zoo) => ((ProcessCluster)zoo.Cluster).Processes;
}
