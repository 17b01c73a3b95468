using System.Net;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Spark;
using Zoo.Spark.Collective;

namespace Zoo.Tests.Cluster;

/// <summary>Values of all that workers do together, by memory and by TCP.</summary>
[Category("Cluster")]
internal sealed class CommunicatorTests
{
    [Test]
    public void SumsAreThoseOfRankOrderToTheBit([Values(1, 2, 3, 4, 7)] int workers, [Values] bool tcp, [Values(0, 1, 5, 4096, 200_003)] int count, [Values(DType.Float32, DType.Float64)] DType dtype)
    {
        using Peers peers = new(workers, tcp);
        var expected = Peers.Numbers(0, count, dtype);
        for (var rank = 1; rank < workers; rank++)
        {
            var other = Peers.Numbers(rank, count, dtype);
            if (dtype == DType.Float32) for (var i = 0; i < count; i++) expected.AsSpan<float>()[i] += other.AsSpan<float>()[i];
            else for (var i = 0; i < count; i++) expected.AsSpan<double>()[i] += other.AsSpan<double>()[i];
        }
        peers.All(c =>
        {
            for (var turn = 0; turn < 2; turn++)
            {
                var mine = Peers.Numbers(c.Rank, count, dtype);
                c.AllReduce(mine);
                Assert.That(mine.Bytes.SequenceEqual(expected.Bytes), $"worker {c.Rank}, turn {turn}");
            }
        });
    }

    [Test]
    public void UnevenSlicesGoToTheirOwners([Values(2, 3, 7)] int workers, [Values] bool tcp)
    {
        using Peers peers = new(workers, tcp);
        int[] bounds = [0, .. Enumerable.Range(1, workers - 1).Select(i => i * i * 1000), 60_000];
        peers.All(c =>
        {
            var flat = NDArray.From([.. Enumerable.Range(0, 60_000).Select(i => i + 100_000f * c.Rank)], [60_000]);
            c.ReduceScatter(flat, bounds);
            var own = flat.AsSpan<float>()[bounds[c.Rank]..bounds[c.Rank + 1]];
            for (var i = 0; i < own.Length; i++) Assert.That(own[i], Is.EqualTo(workers * (bounds[c.Rank] + i) + 100_000f * workers * (workers - 1) / 2));
            own.Fill(c.Rank);
            c.AllGather(flat, bounds);
            for (var r = 0; r < workers; r++) Assert.That(flat.AsSpan<float>()[bounds[r]..bounds[r + 1]].IndexOfAnyExcept(r), Is.EqualTo(-1));
        });
    }

    [Test]
    public void BroadcastBarrierAndObjects([Values(1, 2, 3, 4, 7)] int workers, [Values] bool tcp)
    {
        using Peers peers = new(workers, tcp);
        var entered = 0;
        peers.All(c =>
        {
            for (var root = 0; root < workers; root++)
            {
                var data = c.Rank == root ? Peers.Numbers(root, 30_000) : NDArray.Zeros([30_000]);
                c.Broadcast(data, root);
                Assert.That(data.Bytes.SequenceEqual(Peers.Numbers(root, 30_000).Bytes));
            }
            Interlocked.Increment(ref entered);
            c.Barrier();
            Assert.That(Volatile.Read(ref entered), Is.EqualTo(workers));
            var objects = c.AllGather(Encoding.UTF8.GetBytes(new string('x', c.Rank * 70_000)));
            Assert.That(objects.Select(o => o.Length), Is.EqualTo(Enumerable.Range(0, workers).Select(r => r * 70_000)));
        });
    }

    [Test]
    public void MemoryAndTcpGiveTheSameBits([Values(2, 3, 4)] int workers, [Values] WireFormat wire)
    {
        byte[][][] results = [.. new[] { false, true }.Select(tcp =>
        {
            using Peers peers = new(workers, tcp);
            var bits = new byte[workers][];
            peers.All(c =>
            {
                var mine = Peers.Numbers(c.Rank, 100_001);
                c.AllReduce(mine, wire);
                bits[c.Rank] = mine.Bytes.ToArray();
            });
            return bits;
        })];
        foreach (var bits in results.SelectMany(r => r)) Assert.That(bits.AsSpan().SequenceEqual(results[0][0]));
    }

    [Test]
    public void BrainNumbersRoundToNearestEven()
    {
        float[] exact = [.. Peers.Numbers(3, 10_000).AsSpan<float>(), float.NaN, float.PositiveInfinity, -0f, float.MaxValue, float.Epsilon, 1 + 1 / 256f, 1 + 3 / 256f];
        var halves = new ushort[exact.Length];
        Brain.Encode(exact, halves);
        Assert.That(halves, Is.EqualTo(exact.Select(Brain.Round)), "by vectors and one by one");
        var back = new float[exact.Length];
        Brain.Decode(halves, back);
        var (down, up) = (exact.Select(x => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFF0000)).ToArray(), 0);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.That(Math.Abs(back[i] - exact[i]), Is.LessThanOrEqualTo(Math.Abs(exact[i]) / 256));
            if (back[i] != down[i]) up++;
        }
        Assert.That(up, Is.InRange(4500, 5500), "half of them are rounded away from zero");
        Assert.That(back[^2..], Is.EqualTo(new[] { 1f, 1 + 4 / 256f }), "ties go to even");
        Assert.That((float.IsNaN(back[10_000]), back[10_001], back[10_003]), Is.EqualTo((true, float.PositiveInfinity, float.PositiveInfinity)));
    }

    [Test]
    public void BrainNumbersHalveTheBytesAndBeatTruncation()
    {
        using Peers peers = new(3, tcp: true);
        var (plain, error, truncated) = (0L, 0.0, 0.0);
        peers.All(c =>
        {
            var (mine, exact) = (Peers.Numbers(c.Rank, 30_000), Peers.Numbers(c.Rank, 30_000));
            c.AllReduce(exact);
            var before = c.Sent;
            c.AllReduce(mine, WireFormat.BFloat16);
            Assert.That(c.Sent - before, Is.EqualTo(before / 2));
            if (c.Rank > 0) return;
            plain = before;
            var cut = Enumerable.Range(0, 30_000).Select(i => Cut(Cut(Cut(Peers.Numbers(0, 30_000).AsSpan<float>()[i]) + Cut(Peers.Numbers(1, 30_000).AsSpan<float>()[i])) + Cut(Peers.Numbers(2, 30_000).AsSpan<float>()[i])));
            error = exact.ToArray<float>().Zip(mine.ToArray<float>(), (a, b) => Math.Abs(a - b)).Sum();
            truncated = exact.ToArray<float>().Zip(Sums(), (a, b) => Math.Abs(a - b)).Sum();
        });
        Assert.That(plain, Is.GreaterThan(0));
        Assert.That(error, Is.LessThan(truncated * 0.6));

        static float Cut(float x) => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFF0000);

        static IEnumerable<float> Sums()
        {
            var (a, b, c) = (Peers.Numbers(0, 30_000).ToArray<float>(), Peers.Numbers(1, 30_000).ToArray<float>(), Peers.Numbers(2, 30_000).ToArray<float>());
            for (var i = 0; i < a.Length; i++) yield return Cut(Cut(Cut(a[i]) + Cut(b[i])) + Cut(c[i]));
        }
    }

    [TestCase("127.0.0.1"), TestCase("::1")]
    public void BothFamiliesOfAddresses(string address)
    {
        if (address.Contains(':') && !System.Net.Sockets.Socket.OSSupportsIPv6) Assert.Ignore("this machine has no IPv6");
        using Peers peers = new(3, tcp: true, signed: true, IPAddress.Parse(address));
        peers.All(c =>
        {
            var mine = NDArray.Full([100_000], c.Rank + 1);
            c.AllReduce(mine);
            Assert.That(mine.AsSpan<float>().IndexOfAnyExcept(6f), Is.EqualTo(-1));
        });
    }

    [Test]
    public void SilentWorkersAreNamedWithinTheDeadline([Values] bool tcp)
    {
        using Peers peers = new(3, tcp);
        foreach (var member in peers.Members) member.Timeout = TimeSpan.FromSeconds(1);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var errors = Peers.Try(rank =>
        {
            if (rank == 1) Thread.Sleep(3000);
            else peers.Members[rank].AllReduce(NDArray.Zeros([1000]));
        }, 3);
        Assert.That(errors.Where((_, rank) => rank != 1), Is.All.InstanceOf<ClusterException>());
        if (tcp) Assert.That(((ClusterException)errors[0]!).Rank, Is.EqualTo(1));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(8)));
    }

    [Test]
    public void AFailureReachesAllOthers([Values] bool tcp)
    {
        using Peers peers = new(3, tcp);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var errors = Peers.Try(rank =>
        {
            if (rank == 2) peers.Members[rank].Abort(new InvalidOperationException("boom"));
            else peers.Members[rank].AllReduce(NDArray.Zeros([1000]));
        }, 3);
        Assert.That(errors[..2], Is.All.InstanceOf<ClusterException>());
        Assert.That(errors[..2].Select(e => ((ClusterException)e!).Rank), Does.Contain(2));
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void DifferentCallsAreAnError([Values] bool tcp)
    {
        using Peers peers = new(2, tcp);
        foreach (var member in peers.Members) member.Timeout = TimeSpan.FromSeconds(2);
        var errors = Peers.Try(rank => peers.Members[rank].AllReduce(NDArray.Zeros([rank == 0 ? 10 : 12])), 2);
        Assert.That(errors, Has.Some.InstanceOf<ClusterException>());
        Assert.That(Slices.Bounds(10, 4), Is.EqualTo(new[] { 0, 3, 6, 8, 10 }));
        Assert.That(Slices.Bounds([5, 1, 1, 1, 4], 3), Is.EqualTo(new[] { 0, 5, 8, 12 }));
    }
}
