using System.Net;
using System.Net.Sockets;

namespace Zoo.Spark.Collective;

/// <summary>Workers of several processes: a connection between each two. Long messages are sent by a thread of the connection while this one receives.</summary>
internal sealed class TcpCommunicator : Communicator
{
    /// <summary>Door of <see cref="Hello"/> for connections between workers.</summary>
    internal const byte Door = 0;

    /// <summary>Up to this many bytes go out at once: they fit into the socket's buffer, and no other thread has to wake.</summary>
    const int AtOnce = 64 << 10;

    readonly PeerConnection?[] peers;
    readonly Sender?[] senders;
    uint call;

    TcpCommunicator(int rank, PeerConnection?[] peers, TimeSpan timeout) : base(rank, peers.Length, timeout) =>
        (this.peers, senders) = (peers, new Sender?[peers.Length]);

    /// <summary>Dials the workers of lower rank and waits for those of higher rank.</summary>
    /// <param name="listener">Where the others dial this worker.</param>
    /// <param name="me">Rank, attempt and signing of this worker.</param>
    /// <param name="addresses">Where all workers listen, by rank.</param>
    /// <param name="secret">The job's secret.</param>
    /// <param name="timeout">The deadline of joining and of every call.</param>
    /// <param name="shards">The number of shards, if it is not that of the workers.</param>
    internal static TcpCommunicator Join(PeerListener listener, Hello me, IPEndPoint[] addresses, byte[] secret, TimeSpan timeout, int? shards = null)
    {
        var (peers, deadline) = (new PeerConnection?[addresses.Length], Deadline.After(timeout));
        var at = 0;
        try
        {
            for (; at < peers.Length; at++)
                if (at < me.Rank) peers[at] = PeerListener.Dial(addresses[at], me with { Door = Door }, secret, deadline);
                else if (at > me.Rank) peers[at] = listener.Take(h => h.Door == Door && h.Rank == at && h.Attempt == me.Attempt, deadline);
            return new(me.Rank, peers, timeout) { Order = new(peers.Length, shards) };
        }
        catch (Exception e)
        {
            foreach (var peer in peers) peer?.Dispose();
            throw new ClusterException($"worker {me.Rank} cannot reach worker {at} ({addresses[at]}): {e.Message}. Expected all workers within {timeout.TotalSeconds:0.#} s.", e) { Rank = at, Host = $"{addresses[at]}" };
        }
    }

    protected override void Exchange(string what, NDArray?[] outgoing, int[] incoming, Receiver receive, Deadline deadline)
    {
        var (tag, at, receiving) = (++call, 0, false);
        try
        {
            for (var i = 1; i < Size; i++)
            {
                at = (Rank + i) % Size;   // not all at the same worker first
                if (outgoing[at] is not { Count: > 0 } array) continue;
                if (array.Bytes.Length <= AtOnce) peers[at]!.Send(tag, array.Bytes, deadline);
                else (senders[at] ??= new(peers[at]!)).Begin(tag, array, deadline);
            }
            receiving = true;
            for (at = 0; at < Size; at++)
            {
                var peer = at;
                if (at == Rank)
                {
                    if (outgoing[at] is { Count: > 0 } own) receive(at, 0, own.Bytes);
                }
                else if (incoming[at] > 0)
                {
                    Waits(begins: true);
                    peers[at]!.Await(deadline);
                    Waits(begins: false);
                    peers[at]!.Receive(tag, incoming[at], (offset, part) => receive(peer, offset, part), deadline);
                }
            }
            receiving = false;
            for (at = 0; at < Size; at++) senders[at]?.End();
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or InvalidDataException or ObjectDisposedException)
        {
            ClusterException error = new($"{what}: worker {Rank} {(receiving ? "waits for" : "sends to")} worker {at} ({peers[at]?.Host}): {e.Message}. Expected all workers to go on. Look for the first error of worker {at}.", e) { Rank = at, Host = peers[at]?.Host ?? "" };
            Abort(error);
            throw error;
        }
    }

    /// <summary>Closed connections tell the others.</summary>
    internal override void Abort(Exception error) => Dispose();

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var peer in peers) peer?.Dispose();
        foreach (var sender in senders) sender?.Dispose();
    }

    /// <summary>The thread that sends over one connection.</summary>
    sealed class Sender : IDisposable
    {
        readonly PeerConnection peer;
        readonly SemaphoreSlim go = new(0), done = new(0);
        (uint Tag, NDArray Array, Deadline Deadline)? work;
        Exception? error;
        bool busy;

        internal Sender(PeerConnection peer)
        {
            this.peer = peer;
            new Thread(Loop, 512 << 10) { IsBackground = true, Name = "zoo sender" }.Start();
        }

        internal void Begin(uint tag, NDArray array, Deadline deadline)
        {
            (work, busy) = ((tag, array, deadline), true);
            go.Release();
        }

        internal void End()
        {
            if (!busy) return;
            done.Wait();   // it ends by its deadline
            busy = false;
            if (error is not null) throw new IOException(error.Message, error);
        }

        void Loop()
        {
            while (true)
            {
                go.Wait();
                if (work is not { } item) return;
                work = null;
                try
                {
                    peer.Send(item.Tag, item.Array.Bytes, item.Deadline);
                }
                catch (Exception e)
                {
                    error = e;   // thrown by End
                }
                done.Release();
            }
        }

        public void Dispose()
        {
            work = null;
            go.Release();
        }
    }
}
