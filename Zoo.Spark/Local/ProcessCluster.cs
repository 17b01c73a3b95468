using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Zoo.Autograd.Engine;
using Zoo.Spark.Collective;
using Zoo.Spark.Training;
using Zoo.Spark.Worker;

namespace Zoo.Spark.Local;

/// <summary>Workers that are processes of this machine. They dial back to the driver; the job's secret goes to them over their standard input, which also tells them that the driver lives.</summary>
internal sealed class ProcessCluster : ICluster
{
    static readonly TimeSpan start = TimeSpan.FromMinutes(1);
    readonly ZooOptions options;
    readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
    readonly PeerListener listener;
    readonly List<Process> processes = [];
    int attempt = -1;

    internal ProcessCluster(int workers, ZooOptions options)
    {
        (Workers, this.options) = (workers, options);
        listener = new(secret, h => h.Door == WorkerMain.Door && h.Attempt == attempt && h.Signed == options.SignFrames && h.Rank >= 0 && h.Rank < workers, options.Address);
    }

    public int Workers { get; }

    public IReadOnlyList<IWorkerLink> Links { get; private set; } = [];

    public bool IsBroken { get; set; } = true;

    /// <summary>Where the driver listens.</summary>
    internal IPEndPoint EndPoint => listener.EndPoint;

    /// <summary>Why connections to the driver were refused.</summary>
    internal string[] Refused => listener.Refused;

    /// <summary>Where the workers of now listen, by rank.</summary>
    internal IPEndPoint[] Addresses { get; private set; } = [];

    /// <summary>For tests: where workers are told to reach a worker, in place of its address.</summary>
    internal Func<IPEndPoint, IPEndPoint> Detour { get; set; } = address => address;

    /// <summary>The processes of now, by rank.</summary>
    internal IReadOnlyList<Process> Processes => processes;

    public void Renew(ParameterNumbers numbers)
    {
        if (IsBroken) Restart();
        foreach (var link in Links.Cast<ProcessLink>()) link.NameOf = numbers.NameOf;
        var deadline = Deadline.After(options.Timeout);
        foreach (var link in Links) link.Send(new Command.Clear(), deadline);
        foreach (var link in Links) link.Receive(deadline);
    }

    void Restart()
    {
        End();
        attempt++;
        var threads = options.ThreadsOf(Workers, Engines.Threads);
        for (var rank = 0; rank < Workers; rank++)
            processes.Add(WorkerMain.Start(new(listener.EndPoint, secret, rank, attempt, options.SignFrames, options.Timeout, options.Wire, options.Shards), threads, Workers));
        var (deadline, links, rankNow) = (Deadline.After(start), new List<ProcessLink>(), 0);
        try
        {
            for (; rankNow < Workers; rankNow++)
            {
                var rank = rankNow;
                links.Add(new(listener.Take(h => h.Rank == rank, deadline), processes[rank].Id));
            }
            Links = [.. links];
            Addresses = [.. links.Select(l => IPEndPoint.Parse(Encoding.UTF8.GetString(l.Exchange([], deadline))))];
            var all = Encoding.UTF8.GetBytes(string.Join('\n', Addresses.Select(Detour)));
            foreach (var link in links) link.Tell(all, deadline);
            foreach (var link in links) link.Receive(deadline);
        }
        catch (Exception e) when (e is TimeoutException or IOException or InvalidDataException or System.Net.Sockets.SocketException)
        {
            foreach (var link in links) link.Dispose();
            var state = processes[Math.Min(rankNow, Workers - 1)] is { HasExited: true } gone ? $"it ended with code {gone.ExitCode}" : "it runs";
            End();
            throw new ClusterException($"worker {Math.Min(rankNow, Workers - 1)} did not start: {e.Message}; {state}. Expected all workers within {start.TotalSeconds:0} s. See what it wrote.", e) { Rank = rankNow };
        }
        IsBroken = false;
    }

    void End()
    {
        foreach (var link in Links) link.Dispose();
        Links = [];
        foreach (var process in processes)
        {
            process.StandardInput.Close();
            if (!process.HasExited) process.Kill();
            process.WaitForExit(5000);
            process.Dispose();
        }
        processes.Clear();
    }

    public void Dispose()
    {
        End();
        listener.Dispose();
    }
}

/// <summary>The way to a worker in another process.</summary>
internal sealed class ProcessLink(PeerConnection connection, int process) : IWorkerLink
{
    const uint Orders = 1, Addresses = 2;

    /// <summary>Names of Parameters in programs.</summary>
    internal Func<Parameter, string> NameOf { get; set; } = p => p.Path;

    public string Host => $"process {process}";

    public void Send(Command command, Deadline deadline)
    {
        using Parcel parcel = new();
        Codec.Write(parcel, command, NameOf);
        parcel.Send(connection, Orders, deadline);
    }

    public Reply Receive(Deadline deadline)
    {
        using var parcel = ParcelReader.Receive(connection, deadline);
        return Codec.ReadReply(parcel);
    }

    internal byte[] Exchange(byte[] message, Deadline deadline)
    {
        connection.Send(Addresses, message, deadline);
        return connection.Receive(deadline).Message;
    }

    internal void Tell(byte[] message, Deadline deadline) => connection.Send(Addresses, message, deadline);

    public void Dispose() => connection.Dispose();
}
