using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using NUnit.Framework;
using Zoo.Spark;
using Zoo.Spark.Collective;

namespace Zoo.Tests.Cluster;

/// <summary>What strangers may try, and what broken frames do.</summary>
[Category("Cluster")]
internal sealed class ConnectionTests
{
    static readonly Deadline soon = Deadline.After(TimeSpan.FromSeconds(10));
    readonly byte[] secret = RandomNumberGenerator.GetBytes(32);

    [Test]
    public void TheWrongSecretIsRefusedAndOthersStillComeIn()
    {
        using PeerListener listener = new(secret, _ => true);
        Assert.That(() => PeerListener.Dial(listener.EndPoint, new(0, 1, 0, false), RandomNumberGenerator.GetBytes(32), soon), Throws.TypeOf<AuthenticationException>().With.Message.Contains("secret"));
        using var good = PeerListener.Dial(listener.EndPoint, new(0, 2, 0, false), secret, soon);
        using var taken = listener.Take(_ => true, soon);
        Assert.That(taken.Hello.Rank, Is.EqualTo(2));
        Assert.That(() => listener.Refused, Has.Length.EqualTo(1).After(3000, 50));
    }

    [Test]
    public void ADialerWhoKnowsOnlyTheProtocolIsRefused()
    {
        using PeerListener listener = new(secret, _ => true);
        using var socket = Connect(listener);
        socket.Send([.. "ZOOHELO1"u8, .. new byte[40]]);
        Span<byte> answer = new byte[64];
        Wire.Receive(socket, answer, soon);
        socket.Send(new byte[32]);
        Assert.That(() => listener.Refused, Has.Exactly(1).Contains("secret").After(3000, 50));
    }

    [Test]
    public void WhatWasSaidBeforeIsRefused()
    {
        using PeerListener listener = new(secret, _ => true);
        using Relay relay = new(listener.EndPoint);
        using (PeerListener.Dial(relay.EndPoint, new(0, 1, 0, false), secret, soon))
        using (listener.Take(_ => true, soon)) { }
        var said = relay.Said;
        Assert.That(said, Has.Length.GreaterThanOrEqualTo(48 + 32));
        using var socket = Connect(listener);
        socket.Send(said);
        Assert.That(() => listener.Refused, Has.Exactly(1).Contains("secret").After(3000, 50));
        Assert.That(() => listener.Take(_ => true, Deadline.After(TimeSpan.FromMilliseconds(100))), Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public void GarbageAndSilenceAreRefusedWhileOthersComeIn()
    {
        using PeerListener listener = new(secret, _ => true);
        using Socket silent = Connect(listener), garbage = Connect(listener);
        garbage.Send(RandomNumberGenerator.GetBytes(100_000));
        var clock = Stopwatch.StartNew();
        using var good = PeerListener.Dial(listener.EndPoint, new(0, 2, 0, false), secret, soon);
        listener.Take(_ => true, soon).Dispose();
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(4)), "the silent one keeps nobody waiting");
        Assert.That(() => listener.Refused, Has.Length.EqualTo(2).After(9000, 100));
    }

    [Test]
    public void AnEarlierStartOfTheJobIsRefused()
    {
        using PeerListener listener = new(secret, h => h.Attempt == 1);
        using var late = PeerListener.Dial(listener.EndPoint, new(0, 2, 0, false), secret, soon);
        Assert.That(() => listener.Refused, Has.Exactly(1).Contains("nobody expects").After(3000, 50));
    }

    static IEnumerable<TestCaseData> Damages()
    {
        yield return new TestCaseData((Action<byte[]>)(f => BinaryPrimitives.WriteUInt32LittleEndian(f.AsSpan(24), 0xFFFFFFF0)), "claims 4294967280 bytes").SetName("{m}(4 GB)");
        yield return new TestCaseData((Action<byte[]>)(f => f[0] ^= 1), "begin").SetName("{m}(mark)");
        yield return new TestCaseData((Action<byte[]>)(f => f[5] ^= 1), "session").SetName("{m}(session)");
        yield return new TestCaseData((Action<byte[]>)(f => f[12] ^= 1), "number").SetName("{m}(number)");
        yield return new TestCaseData((Action<byte[]>)(f => f[^1] ^= 1), "checksum").SetName("{m}(content)");
        yield return new TestCaseData((Action<byte[]>)(f => f[28] ^= 1), "checksum").SetName("{m}(checksum)");
    }

    [TestCaseSource(nameof(Damages))]
    public void DamagedFramesAreRefused(Action<byte[]> damage, string why)
    {
        using var pair = new Pair(secret, signed: false);
        var frame = new byte[Frame.HeadSize + 8];
        new Frame(pair.Secrets.Session, 0, 7, 8).Write(frame, frame.AsSpan(Frame.HeadSize));
        damage(frame);
        pair.Socket.Send(frame);
        Assert.That(() => pair.Far.Receive(7, 8, soon).Length, Throws.TypeOf<InvalidDataException>().With.Message.Contains(why));
    }

    [Test]
    public void WhatIsDamagedIsNotAdded()
    {
        using PeerListener listener = new(secret, _ => true);
        using var socket = Connect(listener);
        var secrets = Handshake.Dial(socket, new(TcpCommunicator.Door, 1, 0, false), secret, soon);
        using var worker = TcpCommunicator.Join(listener, new(TcpCommunicator.Door, 0, 0, false), [listener.EndPoint, listener.EndPoint], secret, TimeSpan.FromSeconds(10));
        var frame = new byte[Frame.HeadSize + 4 * sizeof(float)];
        new Frame(secrets.Session, 0, 1, 4 * sizeof(float)).Write(frame, frame.AsSpan(Frame.HeadSize));
        frame[^1] ^= 0x40;
        socket.Send(frame);
        var (data, before) = (Peers.Numbers(0, 8), Peers.Numbers(0, 8));
        Assert.That(() => worker.ReduceScatter(data, [0, 4, 8]), Throws.TypeOf<ClusterException>().With.Message.Contains("checksum"));
        Assert.That(data.ToArray<float>(), Is.EqualTo(before.ToArray<float>()));
    }

    [Test]
    public void AFrameSentAgainIsRefused()
    {
        using var pair = new Pair(secret, signed: false);
        var frame = new byte[Frame.HeadSize];
        new Frame(pair.Secrets.Session, 0, 7, 0).Write(frame, []);
        pair.Socket.Send([.. frame, .. frame]);
        pair.Far.Receive(7, 0, soon);
        Assert.That(() => pair.Far.Receive(7, [], soon), Throws.TypeOf<InvalidDataException>().With.Message.Contains("number 0, expected 1"));
    }

    [Test]
    public void SignedFramesCannotBeForged()
    {
        using var pair = new Pair(secret, signed: true);
        var frame = new byte[Frame.HeadSize + 8 + Frame.MacSize];
        new Frame(pair.Secrets.Session, 0, 7, 8).Write(frame, frame.AsSpan(Frame.HeadSize, 8));
        pair.Socket.Send(frame);
        Assert.That(() => pair.Far.Receive(7, 8, soon).Length, Throws.TypeOf<InvalidDataException>().With.Message.Contains("signature"));
    }

    [Test]
    public void AReaderThatPausesGetsEveryByteOnce()
    {
        using PeerListener listener = new(secret, _ => true);
        using var near = PeerListener.Dial(listener.EndPoint, new(1, 2, 0, false), secret, soon);
        using var far = listener.Take(_ => true, soon);
        var message = RandomNumberGenerator.GetBytes(20_000_000);   // more than the sockets hold
        var sending = Task.Run(() => near.Send(9, message, soon));
        Thread.Sleep(700);
        var (_, got) = far.Receive(soon);
        sending.Wait();
        Assert.That(got.AsSpan().SequenceEqual(message));
    }

    [Test]
    public void MessagesOfAllLengthsArrive([Values] bool signed, [Values(0, 1, 7, 4096, 262_144, 3_000_001)] int length)
    {
        using PeerListener listener = new(secret, _ => true);
        using var near = PeerListener.Dial(listener.EndPoint, new(1, 2, 0, signed), secret, soon);
        using var far = listener.Take(_ => true, soon);
        var message = RandomNumberGenerator.GetBytes(length);
        var sending = Task.Run(() => near.Send(9, message, soon));
        var (kind, got) = far.Receive(soon);
        sending.Wait();
        Assert.That((kind, got.AsSpan().SequenceEqual(message)), Is.EqualTo((9u, true)));
    }

    static Socket Connect(PeerListener to)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(to.EndPoint);
        return socket;
    }

    /// <summary>A connection whose one side is a bare socket after the handshake.</summary>
    sealed class Pair : IDisposable
    {
        readonly PeerListener listener;

        internal Pair(byte[] secret, bool signed)
        {
            listener = new(secret, _ => true);
            Socket = Connect(listener);
            Secrets = Handshake.Dial(Socket, new(0, 1, 0, signed), secret, soon);
            Far = listener.Take(_ => true, soon);
        }

        internal Socket Socket { get; }

        internal Secrets Secrets { get; }

        internal PeerConnection Far { get; }

        public void Dispose()
        {
            Socket.Dispose();
            Far.Dispose();
            listener.Dispose();
        }
    }
}
