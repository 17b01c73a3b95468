using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics.Tensors;
using Zoo.Autograd;
using Zoo.Spark;
using Zoo.Spark.Collective;

namespace Zoo.Benchmarks.Cluster;

/// <summary>One of several processes that reduce together. Its standard input says what to measure; it answers with the median time in microseconds.</summary>
internal static class AllReducePeer
{
    static readonly TimeSpan timeout = TimeSpan.FromMinutes(1);

    internal static void Serve(string[] words)
    {
        var (secret, rank, size, signed) = (Convert.FromBase64String(words[0]), Number(words[1]), Number(words[2]), words[3] == "1");
        using PeerListener listener = new(secret, h => h.Door == TcpCommunicator.Door && h.Signed == signed);
        using Socket bare = new(SocketType.Stream, ProtocolType.Tcp);
        bare.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        bare.Listen(size);
        Console.WriteLine($"{listener.EndPoint} {bare.LocalEndPoint}");
        var addresses = Console.ReadLine()!.Split(' ').Select(IPEndPoint.Parse).ToArray();
        using var others = TcpCommunicator.Join(listener, new(0, rank, 0, signed), [.. Enumerable.Range(0, size).Select(i => addresses[2 * i])], secret, timeout);
        var sockets = Connect(bare, rank, size, [.. Enumerable.Range(0, size).Select(i => addresses[2 * i + 1])]);
        while (Console.ReadLine() is { } line)
        {
            var (what, bytes, rounds) = (line.Split(' ')[0], Number(line.Split(' ')[1]), Number(line.Split(' ')[2]));
            var data = NDArray.Full([bytes / sizeof(float)], 1);
            Action act = what switch
            {
                "reduce" => () => others.AllReduce(data),
                "brain" => () => others.AllReduce(data, WireFormat.BFloat16),
                "barrier" => others.Barrier,
                "plain" => Plain(sockets, bytes, size),
                "add" => Add(bytes / size),
                _ => throw new ArgumentException(line),
            };
            var times = new double[rounds];
            for (var i = -2; i < rounds; i++)
            {
                others.Barrier();
                var start = Stopwatch.GetTimestamp();
                act();
                if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
            Console.WriteLine(Ratio.Middle(times).ToString("R", CultureInfo.InvariantCulture));
        }
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static Socket?[] Connect(Socket listener, int rank, int size, IPEndPoint[] addresses)
    {
        var sockets = new Socket?[size];
        for (var peer = 0; peer < rank; peer++)
        {
            Socket made = new(SocketType.Stream, ProtocolType.Tcp);
            made.Connect(addresses[peer]);
            made.Send([(byte)rank]);
            sockets[peer] = made;
        }
        for (var i = rank + 1; i < size; i++)
        {
            var made = listener.Accept();
            var who = new byte[1];
            made.ReceiveExactly(who);
            sockets[who[0]] = made;
        }
        foreach (var socket in sockets)
            if (socket is not null) (socket.NoDelay, socket.SendBufferSize, socket.ReceiveBufferSize) = (true, 1 << 20, 1 << 20);
        return sockets;
    }

    /// <summary>The bytes of an all-reduce by plain sockets: to each other worker its slice and from each its own, twice, with nothing around them.</summary>
    static Action Plain(Socket?[] sockets, int bytes, int size)
    {
        var (slice, room) = (new byte[bytes / size], new byte[256 << 10]);
        return () =>
        {
            for (var turn = 0; turn < 2; turn++)
            {
                var sending = sockets.OfType<Socket>().Select(s => Task.Factory.StartNew(() => SendAll(s, slice), TaskCreationOptions.LongRunning)).ToArray();
                foreach (var socket in sockets)
                    if (socket is not null)
                        for (var left = slice.Length; left > 0;) left -= socket.Receive(room.AsSpan(0, Math.Min(left, room.Length)));
                Task.WaitAll(sending);
            }
        };
    }

    static void SendAll(Socket to, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[to.Send(bytes)..];
    }

    static void ReceiveExactly(this Socket from, Span<byte> into)
    {
        while (into.Length > 0) into = into[from.Receive(into)..];
    }

    static Action Add(int bytes)
    {
        var (a, b) = (new float[bytes / sizeof(float)], new float[bytes / sizeof(float)]);
        return () => TensorPrimitives.Add(a, b, a);
    }
}
