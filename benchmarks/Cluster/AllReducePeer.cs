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
        PlainSockets plain = new(Connect(bare, rank, size, [.. Enumerable.Range(0, size).Select(i => addresses[2 * i + 1])]));
        while (Console.ReadLine() is { } line)
        {
            var (acts, bytes, rounds) = (line.Split(' ')[0].Split(','), Number(line.Split(' ')[1]), Number(line.Split(' ')[2]));
            var data = NDArray.Full([bytes / sizeof(float)], 1);
            var doing = Array.ConvertAll(acts, what => what switch
            {
                "reduce" => () => others.AllReduce(data),
                "brain" => () => others.AllReduce(data, WireFormat.BFloat16),
                "barrier" => others.Barrier,
                "plain" => () => plain.Run(bytes / size),
                "adding" => Add(bytes / size),
                _ when Phase(what) >= 0 => others.Barrier,   // never made: it is read off
                _ => throw new ArgumentException(line),
            });
            var times = Array.ConvertAll(acts, _ => new double[rounds]);
            var before = others.Tally.Ticks.ToArray();
            for (var i = -2; i < rounds; i++)
                for (var act = 0; act < acts.Length; act++)
                {
                    if (Phase(acts[act]) is >= 0 and var phase)   // of the act before
                    {
                        if (i >= 0) times[act][i] = Stopwatch.GetElapsedTime(before[phase], others.Tally.Ticks[phase]).TotalMicroseconds;
                        continue;
                    }
                    others.Barrier();
                    before = [.. others.Tally.Ticks];
                    var start = Stopwatch.GetTimestamp();
                    doing[act]();
                    if (i >= 0) times[act][i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                }
            Console.WriteLine(string.Join(';', times.Select(t => string.Join(' ', t.Select(x => x.ToString("F3", CultureInfo.InvariantCulture))))));
        }
    }

    /// <summary>The part of an exchange that has this name; below 0 if none has.</summary>
    static int Phase(string name) => Array.IndexOf(Phases.Names, name, Phases.InTurn);

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
