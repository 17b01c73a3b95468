using System.Globalization;
using System.Text.RegularExpressions;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Local;
using Zoo.Spark.Training;

namespace Zoo.Spark;

/// <summary>
/// A cluster that trains, evaluates and predicts: <c>model.Fit(x, y, trainer: zoo)</c>. Each batch is shared out by rows over the workers; gradients are added up by
/// the owners of slices of the weights, who make the optimizer's step on them. An interrupt (Ctrl-C) ends the program as it does without a cluster, with the exit code 130 on Unix; workers that
/// are processes end when the program has, however it ended.
/// </summary>
/// <example><code>using var zoo = ZooContext.Start("local[2]"); model.Fit(x, y, batchSize: 128, trainer: zoo);</code></example>
public sealed partial class ZooContext : ITrainer, IDisposable, IAsyncDisposable
{
    readonly ICluster cluster;
    readonly ZooOptions options;
    readonly Lock running = new();
    bool closed;

    ZooContext(string master, ICluster cluster, ZooOptions options) => (Master, this.cluster, this.options) = (master, cluster, options);

    /// <summary>What was started.</summary>
    public string Master { get; }

    internal ICluster Cluster => cluster;

    /// <summary>The number of workers.</summary>
    public int Workers => cluster.Workers;

    /// <summary>
    /// Milliseconds that each phase of a training step took on average, of the slowest worker, in the last training. <c>compute</c>, <c>wait</c> (for slower workers), <c>put gradient</c>, <c>aggregate</c>, <c>update</c> and <c>get weights</c>
    /// follow each other; <c>send</c>, <c>receive</c>, <c>checksum</c> and <c>add</c> are parts of what is exchanged in these; in <c>driver send</c> and <c>driver wait</c> the driver sends commands and waits for answers.
    /// </summary>
    public IReadOnlyDictionary<string, double> PhaseTimes { get; private set; } = new Dictionary<string, double>();

    /// <summary>Starts a cluster.</summary>
    /// <param name="master"><c>local[N]</c>: N workers that are threads of this process; <c>local</c> is <c>local[1]</c>, <c>local[*]</c> one for each core; <c>local-processes[N]</c>: N processes of this machine, each of which keeps to an even share of the processors (Linux; <c>OMP_PROC_BIND=false</c> leaves places to the system).</param>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">The master is not known.</exception>
    public static ZooContext Start(string master = "local[2]", ZooOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(master);
        options ??= new();
        if (Local().Match(master) is not { Success: true } match || match.Groups[2].Value is { } count && count.Length > 0 && count != "*" && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n is < 1 or > 1024))
            throw new ArgumentException($"ZooContext: the master '{master}' is not known. Expected local[N] or local-processes[N] with N from 1 to 1024.");
        var workers = match.Groups[2].Value switch { "" => 1, "*" => Environment.ProcessorCount, var digits => int.Parse(digits, CultureInfo.InvariantCulture) };
        options.Check(workers);
        return new(master, match.Groups[1].Success ? new ProcessCluster(workers, options) : new ThreadCluster(workers, options), options);
    }

    /// <summary>The same, on a thread of its own.</summary>
    public static Task<ZooContext> StartAsync(string master = "local[2]", ZooOptions? options = null) => Task.Run(() => Start(master, options));

    ITrainingRun ITrainer.Begin(Model model, Trainer trainer, bool guarded)
    {
        Enter();
        try
        {
            return new ClusterRun(cluster, options, model, trainer, guarded, run =>
            {
                if (run.Steps > 0) PhaseTimes = run.Phases.All();
                running.Exit();
            });
        }
        catch
        {
            running.Exit();
            throw;
        }
    }

    IPredictingRun ITrainer.BeginPredict(Model model)
    {
        Enter();
        try
        {
            return new ClusterPrediction(cluster, options, model, running.Exit);
        }
        catch
        {
            running.Exit();
            throw;
        }
    }

    void Enter()
    {
        ObjectDisposedException.ThrowIf(closed, this);
        if (running.IsHeldByCurrentThread || !running.TryEnter())
            throw new InvalidOperationException($"ZooContext: the cluster {Master} is at work for another run. Expected one at a time; a callback evaluates and predicts without trainer. Wait for it, or start another cluster.");
    }

    /// <summary>Ends the workers.</summary>
    public void Dispose()
    {
        closed = true;
        cluster.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    [GeneratedRegex(@"^local(-processes)?(?:\[(\d+|\*)\])?$")]
    private static partial Regex Local();
}
