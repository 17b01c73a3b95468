using System.Net;
using System.Security.Cryptography;
using Zoo.Autograd;
using Zoo.Spark.Collective;

namespace Zoo.Tests.Cluster;

/// <summary>N workers of a test, as threads that share memory or talk over TCP.</summary>
sealed class Peers : IDisposable
{
    static readonly TimeSpan timeout = TimeSpan.FromSeconds(20);
    readonly PeerListener[] listeners = [];

    internal Peers(int count, bool tcp, bool signed = false, IPAddress? address = null, int? shards = null)
    {
        if (!tcp)
        {
            Members = [.. new LocalGroup(count, timeout, shards).Members];
            return;
        }
        Secret = RandomNumberGenerator.GetBytes(32);
        listeners = [.. Enumerable.Range(0, count).Select(_ => new PeerListener(Secret, h => h.Signed == signed, address))];
        var members = new Communicator[count];
        All(rank => members[rank] = TcpCommunicator.Join(listeners[rank], new(0, rank, 0, signed), [.. listeners.Select(l => l.EndPoint)], Secret, timeout, shards), count);
        Members = members;
    }

    internal Communicator[] Members { get; }

    internal byte[] Secret { get; } = [];

    /// <summary>What a worker does, on a thread each; their first errors by rank.</summary>
    internal static Exception?[] Try(Action<int> work, int count)
    {
        var errors = new Exception?[count];
        var threads = Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try { work(rank); }
            catch (Exception e) { errors[rank] = e; }
        })
        { IsBackground = true }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads)
            if (!thread.Join(TimeSpan.FromSeconds(60))) throw new TimeoutException("a worker hangs");
        return errors;
    }

    internal static void All(Action<int> work, int count)
    {
        if (Array.Find(Try(work, count), e => e is not null) is { } error) throw new InvalidOperationException(error.Message, error);
    }

    internal void All(Action<Communicator> work) => All(rank => work(Members[rank]), Members.Length);

    /// <summary>Numbers of a worker that differ from all others'.</summary>
    internal static NDArray Numbers(int rank, int count, DType dtype = DType.Float32)
    {
        Random random = new(1000 + rank);
        return NDArray.From([.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4)))], [count]).Cast(dtype);
    }

    public void Dispose()
    {
        foreach (var member in Members) member.Dispose();
        foreach (var listener in listeners) listener.Dispose();
    }
}
