using System.Net;
using System.Net.Sockets;

namespace Zoo.Spark.Collective;

/// <summary>
/// Waits for connections, on loopback unless told otherwise. Those who prove that they know the secret, and are expected, are kept until someone takes them; all
/// others are refused and noted. Each greeting has its own thread and deadline, so that nobody keeps others waiting.
/// </summary>
internal sealed class PeerListener : IDisposable
{
    const int MostStrangers = 64;
    static readonly TimeSpan greeting = TimeSpan.FromSeconds(5);
    readonly Socket socket;
    readonly byte[] secret;
    readonly List<PeerConnection> arrived = [];
    readonly List<string> refused = [];
    readonly object gate = new();
    Func<Hello, bool> welcome;
    int strangers;
    bool closed;

    internal PeerListener(byte[] secret, Func<Hello, bool> welcome, IPAddress? address = null)
    {
        (this.secret, this.welcome) = (secret, welcome);
        address ??= IPAddress.Loopback;
        socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        socket.Listen(128);
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
        new Thread(Loop) { IsBackground = true, Name = "zoo listener" }.Start();
    }

    /// <summary>Where it listens.</summary>
    internal IPEndPoint EndPoint { get; }

    /// <summary>Why connections were refused.</summary>
    internal string[] Refused
    {
        get
        {
            lock (gate) return [.. refused];
        }
    }

    /// <summary>Changes who is let in; those who wait and are not expected any more are sent away.</summary>
    internal void Expect(Func<Hello, bool> whom)
    {
        lock (gate)
        {
            welcome = whom;
            foreach (var stale in arrived.Where(c => !whom(c.Hello)).ToArray())
            {
                arrived.Remove(stale);
                stale.Dispose();
            }
        }
    }

    /// <summary>The next connection that fits.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    internal PeerConnection Take(Func<Hello, bool> which, Deadline deadline)
    {
        lock (gate)
        {
            while (true)
            {
                if (arrived.FindIndex(c => which(c.Hello)) is >= 0 and var at)
                {
                    var found = arrived[at];
                    arrived.RemoveAt(at);
                    return found;
                }
                if (closed) throw new ObjectDisposedException(nameof(PeerListener));
                if (deadline.HasPassed) throw new TimeoutException($"nobody came within the deadline{(refused.Count > 0 ? $"; refused: {refused[^1]}" : "")}");
                Monitor.Wait(gate, deadline.Left < TimeSpan.FromMilliseconds(200) ? deadline.Left : TimeSpan.FromMilliseconds(200));
            }
        }
    }

    void Loop()
    {
        while (!closed)
        {
            Socket stranger;
            try
            {
                if (!socket.Poll(100_000, SelectMode.SelectRead)) continue;
                stranger = socket.Accept();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (closed) return;
                Note($"accept: {e.Message}");
                continue;
            }
            if (Interlocked.Increment(ref strangers) > MostStrangers)
            {
                Note($"{stranger.RemoteEndPoint}: {MostStrangers} others are greeting already");
                Interlocked.Decrement(ref strangers);
                stranger.Dispose();
                continue;
            }
            new Thread(() => Greet(stranger), 256 << 10) { IsBackground = true, Name = "zoo greeting" }.Start();
        }
    }

    void Greet(Socket stranger)
    {
        try
        {
            Wire.Prepare(stranger);
            var (hello, secrets) = Handshake.Answer(stranger, secret, h => welcome(h), Deadline.After(greeting));
            PeerConnection connection = new(stranger, hello, secrets, dialled: false);
            lock (gate)
            {
                if (closed || !welcome(hello)) connection.Dispose();
                else arrived.Add(connection);
                Monitor.PulseAll(gate);
            }
        }
        catch (Exception e)
        {
            Note($"a connection was refused: {e.Message}");
            stranger.Dispose();
        }
        finally
        {
            Interlocked.Decrement(ref strangers);
        }
    }

    void Note(string why)
    {
        lock (gate)
        {
            if (refused.Count >= 100) refused.RemoveAt(0);
            refused.Add(why);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            foreach (var connection in arrived) connection.Dispose();
            arrived.Clear();
            Monitor.PulseAll(gate);
        }
        socket.Dispose();
    }

    /// <summary>Dials a listener.</summary>
    internal static PeerConnection Dial(IPEndPoint to, Hello hello, byte[] secret, Deadline deadline)
    {
        Socket made = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            Wire.Prepare(made);
            made.SendTimeout = (int)Math.Clamp(deadline.Left.TotalMilliseconds, 1, int.MaxValue);   // it limits the dialling too
            made.Connect(to);
            Wire.Prepare(made);
            return new(made, hello, Handshake.Dial(made, hello, secret, deadline), dialled: true);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
