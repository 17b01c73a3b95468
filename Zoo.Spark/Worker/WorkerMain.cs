using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Spark.Worker;

/// <summary>What a worker's process is told at its start, over its standard input.</summary>
internal sealed record WorkerStart(IPEndPoint Driver, byte[] Secret, int Rank, int Attempt, bool Signed, TimeSpan Timeout, WireFormat Wire, int? Shards)
{
    internal string Write() => string.Join(' ', Driver, Convert.ToBase64String(Secret), Rank.ToString(CultureInfo.InvariantCulture), Attempt.ToString(CultureInfo.InvariantCulture), Signed ? "1" : "0", Timeout.Ticks.ToString(CultureInfo.InvariantCulture), Wire, (Shards ?? 0).ToString(CultureInfo.InvariantCulture));

    internal static WorkerStart Read(string line) => line.Split(' ') is [var driver, var secret, var rank, var attempt, var signed, var ticks, var wire, var shards]
        ? new(IPEndPoint.Parse(driver), Convert.FromBase64String(secret), int.Parse(rank, CultureInfo.InvariantCulture), int.Parse(attempt, CultureInfo.InvariantCulture), signed == "1", new(long.Parse(ticks, CultureInfo.InvariantCulture)), Enum.Parse<WireFormat>(wire), int.Parse(shards, CultureInfo.InvariantCulture) is > 0 and var count ? count : null)
        : throw new ArgumentException("worker: its standard input does not say what to do. Expected one line of 8 words. Workers are started by ZooContext, not by hand.");
}

/// <summary>The process of a worker: dials the driver, meets the others, then does what it is commanded until the driver is gone.</summary>
internal static class WorkerMain
{
    /// <summary>Door of <see cref="Hello"/> for the driver's commands.</summary>
    internal const byte Door = 1;

    const string Lists = ".deps.json";

    static int Main()
    {
        var start = WorkerStart.Read(Console.ReadLine() ?? "");
        // The driver holds the other end: when that closes, nobody needs this process any more.
        new Thread(() =>
        {
            while (Console.Read() >= 0) { }
            Environment.Exit(0);
        })
        { IsBackground = true, Name = "zoo life line" }.Start();
        try
        {
            Serve(start);
        }
        catch (EndOfStreamException)
        {
            // the driver closed the connection: nobody needs this process any more
        }
        catch (System.Net.Sockets.SocketException e)
        {
            Console.Error.WriteLine($"zoo worker {start.Rank}: the driver is gone: {e.Message}");
        }
        return 0;
    }

    internal static void Serve(WorkerStart start)
    {
        Hello me = new(Door, start.Rank, start.Attempt, start.Signed);
        var deadline = Deadline.After(start.Timeout);
        using PeerListener listener = new(start.Secret, h => h.Door == TcpCommunicator.Door && h.Attempt == start.Attempt && h.Signed == start.Signed, start.Driver.Address);
        using var driver = PeerListener.Dial(start.Driver, me, start.Secret, deadline);
        var (tag, _) = driver.Receive(deadline);
        driver.Send(tag, Encoding.UTF8.GetBytes($"{listener.EndPoint}"), deadline);
        var addresses = Encoding.UTF8.GetString(driver.Receive(deadline).Message).Split('\n').Select(IPEndPoint.Parse).ToArray();
        using var others = TcpCommunicator.Join(listener, me, addresses, start.Secret, start.Timeout, start.Shards);
        Answer(new([]));
        var (worker, rooms) = (Made(), new List<NDArray>());
        while (true)
        {
            using var parcel = ParcelReader.Receive(driver, Deadline.After(Timeout.InfiniteTimeSpan), rooms);
            var command = Codec.ReadCommand(parcel);
            if (command is Training.Command.Stop) return;
            if (command is Training.Command.Clear) worker = Made();
            Answer(command is Training.Command.Clear ? new([]) : worker.Do(command));
        }

        void Answer(Training.Reply reply)
        {
            using Parcel parcel = new();
            Codec.Write(parcel, reply);
            parcel.Send(driver, tag, Deadline.After(start.Timeout));
        }

        Training.StepWorker Made() => new(others) { NumberOf = Training.ParameterNumbers.Read, Wire = start.Wire };
    }

    /// <summary>Starts a process with this assembly as its program, one of so many workers.</summary>
    internal static Process Start(WorkerStart start, int threads, int workers)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "Zoo.Spark.dll");
        // The worker finds its libraries as the program does, wherever these lie: the program's lists say it.
        var libraries = (AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? "").Split(';')[0];
        var settings = libraries.EndsWith(Lists, StringComparison.Ordinal) ? libraries[..^Lists.Length] + ".runtimeconfig.json" : "";
        foreach (var file in (string[])[assembly, libraries, settings])
            if (!File.Exists(file)) throw new ClusterException($"ZooContext: '{file}' is not there to start workers with. Expected Zoo.Spark.dll beside the program, and the program's {Lists} and .runtimeconfig.json. Use local[N], whose workers are threads.");
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        ProcessStartInfo info = new(host, ["exec", "--depsfile", libraries, "--runtimeconfig", settings, assembly]) { RedirectStandardInput = true, UseShellExecute = false };
        info.Environment["DOTNET_gcServer"] = info.Environment["DOTNET_gcConcurrent"] = "0";
        info.Environment["ZOO_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        var process = Share.Start(info, start.Rank, workers, threads) ?? throw new ClusterException($"ZooContext: a process of '{host}' cannot be started. Expected dotnet on the path.");
        process.StandardInput.WriteLine(start.Write());
        process.StandardInput.Flush();
        return process;
    }
}
