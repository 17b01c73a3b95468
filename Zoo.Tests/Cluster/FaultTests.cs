using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using NUnit.Framework;
using Zoo.Keras;
using Zoo.Spark;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Tests.Cluster;

/// <summary>What happens to worker processes and their connections: a run with checkpoints ends with the bits of an undisturbed one, and nothing hangs.</summary>
[Category("Cluster")]
internal sealed class FaultTests
{
    const int Epochs = 5, Steps = 3 * Epochs;   // of 120 samples in batches of 50
    static readonly TimeSpan deadline = TimeSpan.FromSeconds(3);
    static readonly Lazy<byte[]> undisturbed = new(() =>
    {
        using ZooContext zoo = ZooContext.Start("local[2]", new() { ThreadsPerWorker = 1 });
        return Nets.Bits(ProcessTests.Train(zoo, epochs: Epochs));
    });

    static ZooContext Start() => ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1, CheckpointEvery = 4, Timeout = deadline });

    static ProcessCluster Cluster(ZooContext zoo) => (ProcessCluster)zoo.Cluster;

    /// <summary>Trains, is disturbed after a step, and ends as if nothing had been.</summary>
    static void SurvivesWith(ZooContext zoo, int step, Action disturb, string what)
    {
        var clock = Stopwatch.StartNew();
        Disturber disturber = new(step, disturb);
        var model = ProcessTests.Train(zoo, "mlp", Epochs, disturber);
        TestContext.Out.WriteLine($"{what}: at step {step} of {Steps}, {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.That(disturber.Done, what);
        Assert.That(Nets.Bits(model).AsSpan().SequenceEqual(undisturbed.Value), what);
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)), what);
    }

    static void Signal(string name, int process) => Process.Start("kill", [$"-{name}", $"{process}"])!.WaitForExit();

    [Test]
    public void AKilledWorkerIsReplaced()
    {
        using var zoo = Start();
        for (var seed = 1; seed <= 20; seed++)
        {
            Random random = new(seed);
            var (step, rank) = (random.Next(Steps - 1), random.Next(2));
            SurvivesWith(zoo, step, () => ProcessTests.Processes(zoo)[rank].Kill(), $"seed {seed}, worker {rank} killed");
        }
    }

    [Test]
    public void ShardsAndCheckpointsGoTogether()
    {
        using ZooContext other = ZooContext.Start("local[3]", new() { Shards = 8 }), zoo = ZooContext.Start("local-processes[2]", new() { Shards = 8, CheckpointEvery = 4, Timeout = deadline });
        var expected = Nets.Bits(ProcessTests.Train(other, epochs: Epochs));
        foreach (var step in (int[])[2, 5, 9])
            Assert.That(Nets.Bits(ProcessTests.Train(zoo, "mlp", Epochs, new Disturber(step, () => ProcessTests.Processes(zoo)[step % 2].Kill()))).AsSpan().SequenceEqual(expected), $"step {step}");
    }

    [Test, Platform("Linux")]
    public void AHangingWorkerIsReplaced([Values(1, 2)] int seed)
    {
        using var zoo = Start();
        Random random = new(seed);
        var (step, rank) = (random.Next(Steps - 1), random.Next(2));
        SurvivesWith(zoo, step, () => Signal("STOP", ProcessTests.Processes(zoo)[rank].Id), $"seed {seed}, worker {rank} stopped");
    }

    [Test, Platform("Linux")]
    public void ASlowWorkerIsWaitedFor()
    {
        using var zoo = Start();
        var before = Array.Empty<int>();
        SurvivesWith(zoo, 6, () =>
        {
            before = [.. ProcessTests.Processes(zoo).Select(p => p.Id)];
            Signal("STOP", before[1]);
            new Thread(() =>
            {
                Thread.Sleep(deadline / 3);
                Signal("CONT", before[1]);
            }).Start();
        }, "worker 1 slow");
        Assert.That(ProcessTests.Processes(zoo).Select(p => p.Id), Is.EqualTo(before), "nobody was replaced");
    }

    static IEnumerable<TestCaseData> Harms()
    {
        yield return new TestCaseData((Action<Relay>)(r => r.Cut())).SetName("{m}(cut)");
        yield return new TestCaseData((Action<Relay>)(r => r.Inject(RandomNumberGenerator.GetBytes(1000)))).SetName("{m}(garbage)");
        yield return new TestCaseData((Action<Relay>)(r => r.Inject(FirstFrame(r)))).SetName("{m}(replayed frame)");
        yield return new TestCaseData((Action<Relay>)(r =>
        {
            var frame = FirstFrame(r);
            BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(24), 0xFFFFFFF0);
            r.Inject(frame);
        })).SetName("{m}(a frame that claims 4 GB)");

        // what was said after the greeting and the proof
        static byte[] FirstFrame(Relay relay)
        {
            var said = relay.Said[80..];
            return said[..(Spark.Collective.Frame.HeadSize + BinaryPrimitives.ReadInt32LittleEndian(said.AsSpan(24)))];
        }
    }

    [TestCaseSource(nameof(Harms))]
    public void ABrokenConnectionBetweenWorkersIsMadeAnew(Action<Relay> harm)
    {
        using var zoo = Start();
        var relays = new List<Relay>();
        Cluster(zoo).Detour = address =>
        {
            relays.Add(new(address));
            return relays[^1].EndPoint;
        };
        try
        {
            SurvivesWith(zoo, 5, () => harm(relays[0]), TestContext.CurrentContext.Test.Name);   // worker 1 dials worker 0
            Assert.That(relays, Has.Count.EqualTo(4), "all workers were replaced once");
        }
        finally
        {
            foreach (var relay in relays) relay.Dispose();
        }
    }

    [Test]
    public void StrangersAreRefusedWhileTrainingGoesOn()
    {
        using var zoo = Start();
        SurvivesWith(zoo, 4, () =>
        {
            var cluster = Cluster(zoo);
            foreach (var address in cluster.Addresses.Append(cluster.EndPoint))
            {
                using (TcpClient client = new(address.AddressFamily))
                {
                    client.Connect(address);
                    client.GetStream().Write(RandomNumberGenerator.GetBytes(100));
                }
                Assert.That(() => PeerListener.Dial(address, new(1, 1, 0, false), RandomNumberGenerator.GetBytes(32), Deadline.After(deadline)), Throws.TypeOf<AuthenticationException>());
            }
        }, "strangers at every door");
        Assert.That(() => Cluster(zoo).Refused, Has.Length.EqualTo(2).After(3000, 50));
    }
}
