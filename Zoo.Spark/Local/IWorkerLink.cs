using Zoo.Spark.Collective;
using Zoo.Spark.Training;

namespace Zoo.Spark.Local;

/// <summary>The driver's way to one worker: commands go out, each is answered once.</summary>
internal interface IWorkerLink : IDisposable
{
    /// <summary>Where the worker runs.</summary>
    string Host { get; }

    /// <summary>Sends a command.</summary>
    /// <exception cref="IOException">The worker is gone.</exception>
    void Send(Command command, Deadline deadline);

    /// <summary>The answer to the command sent last.</summary>
    /// <exception cref="IOException">The worker is gone.</exception>
    /// <exception cref="TimeoutException">No answer came.</exception>
    Reply Receive(Deadline deadline);
}

/// <summary>N workers, and how to begin with new ones.</summary>
internal interface ICluster : IDisposable
{
    int Workers { get; }

    /// <summary>The workers of now.</summary>
    IReadOnlyList<IWorkerLink> Links { get; }

    /// <summary>Whether workers were lost, so that new ones are needed.</summary>
    bool IsBroken { get; set; }

    /// <summary>Workers that know nothing yet: for a new run, or in place of failed ones.</summary>
    /// <param name="numbers">The numbers by which Parameters will be known.</param>
    void Renew(ParameterNumbers numbers);
}
