using System.Net;
using System.Net.Sockets;

namespace Zoo.Spark.Collective;

/// <summary>Workers of several processes: a connection between each two.</summary>
internal sealed class TcpCommunicator : Communicator
{
    /// <summary>Door of <see cref="Hello"/> for connections between workers.</summary>
    internal const byte Door = 0;

    /// <summary>So many blocks go out before the first is received, fewer where a socket's buffer holds fewer.</summary>
    const int Ahead = 3;

    readonly int ahead;
    readonly PeerConnection?[] peers;
    uint call;

    TcpCommunicator(int rank, PeerConnection?[] peers, TimeSpan timeout) : base(rank, peers.Length, timeout)
    {
        this.peers = peers;
        ahead = peers.Min(peer => peer is null ? Ahead : Math.Clamp(peer.Buffer / Frame.Most, 1, Ahead));
        foreach (var peer in peers) peer?.Tally = Tally;
    }

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

    /// <summary>
    /// Sends some blocks ahead, then receives one of each worker before the next ones go. Nobody is ever more blocks ahead than a socket's buffer holds, for these all have come once a
    /// worker goes on: so no send waits for good, and one thread does for both.
    /// </summary>
    protected override void Exchange(Traffic traffic, Deadline deadline)
    {
        var (tag, at, receiving, rounds) = (++call, 0, false, traffic.Rounds);
        try
        {
            for (int round = 0, gone = 0; round < rounds; round++)
            {
                for (receiving = false; gone < Math.Min(rounds, round + ahead); gone++)
                    for (var i = 1; i < Size; i++)
                    {
                        at = (Rank + i) % Size;   // not all at the same worker first
                        if (traffic.To(at, gone) is (var from, var length and > 0)) peers[at]!.Send(tag, traffic.Outgoing[at]!.Bytes.Slice(from, length), deadline);
                    }
                receiving = true;
                for (at = 0; at < Size; at++)
                    if (traffic.From(at, round) is (var from, var length and > 0)) Receive(traffic, at, from, length);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or InvalidDataException or ObjectDisposedException)
        {
            ClusterException error = new($"{traffic.What}: worker {Rank} {(receiving ? "waits for" : "sends to")} worker {at} ({peers[at]?.Host}): {e.Message}. Expected all workers to go on. Look for the first error of worker {at}.", e) { Rank = at, Host = peers[at]?.Host ?? "" };
            Abort(error);
            throw error;
        }

        void Receive(Traffic traffic, int worker, int from, int length)
        {
            if (worker == Rank)
            {
                Take(traffic, worker, from, traffic.Outgoing[worker]!.Bytes.Slice(from, length));
                return;
            }
            var peer = peers[worker]!;
            if (from == 0)
            {
                Waits(begins: true);
                peer.Await(deadline);
                Waits(begins: false);
            }
            if (traffic.Into?[worker] is { } place) peer.Receive(tag, place.Bytes.Slice(from, length), deadline);
            else if (length <= Frame.Most) Take(traffic, worker, from, peer.Receive(tag, length, deadline));
            else
            {
                var room = new byte[length];   // thousands of sums of a worker
                peer.Receive(tag, room, deadline);
                Take(traffic, worker, from, room);
            }
        }
    }

    /// <summary>Closed connections tell the others.</summary>
    internal override void Abort(Exception error) => Dispose();

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var peer in peers) peer?.Dispose();
    }
}
