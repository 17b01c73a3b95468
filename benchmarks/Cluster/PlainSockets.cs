using System.Net.Sockets;

namespace Zoo.Benchmarks.Cluster;

/// <summary>The bytes of an all-reduce by plain sockets: to each other worker its slice and from each its own, twice, with nothing around them. Long slices are sent by a thread for each socket.</summary>
internal sealed class PlainSockets
{
    const int AtOnce = 64 << 10;
    readonly Sender[] senders;
    readonly byte[] room = new byte[256 << 10];

    internal PlainSockets(Socket?[] sockets) => senders = [.. sockets.OfType<Socket>().Select(s => new Sender(s))];

    internal void Run(int bytes)
    {
        for (var turn = 0; turn < 2; turn++)
        {
            foreach (var sender in senders) sender.Begin(bytes);
            foreach (var sender in senders)
                for (var left = bytes; left > 0;) left -= sender.Socket.Receive(room.AsSpan(0, Math.Min(left, room.Length)));
            foreach (var sender in senders) sender.End();
        }
    }

    sealed class Sender
    {
        readonly SemaphoreSlim go = new(0), done = new(0);
        byte[] slice = [];
        bool busy;

        internal Sender(Socket socket)
        {
            Socket = socket;
            new Thread(Loop) { IsBackground = true }.Start();
        }

        internal Socket Socket { get; }

        internal void Begin(int bytes)
        {
            if (slice.Length != bytes) slice = new byte[bytes];
            busy = bytes > AtOnce;
            if (busy) go.Release();
            else Send();
        }

        internal void End()
        {
            if (busy) done.Wait();
        }

        void Loop()
        {
            while (true)
            {
                go.Wait();
                Send();
                done.Release();
            }
        }

        void Send()
        {
            for (ReadOnlySpan<byte> left = slice; left.Length > 0;) left = left[Socket.Send(left)..];
        }
    }
}
