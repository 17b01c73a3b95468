using System.Collections.Concurrent;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Spark.Training;

/// <summary>
/// One Fit or Evaluate by the workers of a cluster. This process keeps the data, the loop and the callbacks; each batch is shared out by rows, and the workers make
/// the step together. The model's Parameters have their home with them while it lasts.
/// </summary>
internal sealed partial class ClusterRun : ITrainingRun
{
    readonly Team team;
    readonly Trainer trainer;
    readonly ZooOptions options;
    readonly bool guarded;
    readonly Action<ClusterRun> ended;
    readonly SharedState state;
    readonly ClusterHome home;
    readonly Lock gate = new();
    readonly Dictionary<(StepPrograms, bool), int> plans = [];
    readonly List<StepPlan[]> loaded = [];
    readonly HashSet<Parameter> metered = [];
    readonly Optimizer optimizer;
    readonly HashSet<int> warm = [];   // plans that the workers of now have run
    readonly Dictionary<(Parameter State, int Shard), Parameter> apart = [];
    static readonly Dictionary<Parameter, NDArray> none = [];
    Dictionary<Parameter, NDArray> counted = [];   // losses and metrics of the run that this one goes on with
    bool finished;

    internal ClusterRun(ICluster cluster, ZooOptions options, Model model, Trainer trainer, bool guarded, Action<ClusterRun> ended)
    {
        (this.options, this.trainer, this.guarded, this.ended, team, optimizer) = (options, trainer, guarded, ended, new(cluster, options), trainer.How.Optimizer);
        (state, home) = (new(team, optimizer, options.Wire), new(Bring));
        team.Renew();
        state.Add([.. model.Weights, optimizer.Iterations]);
        Take(state.All);
    }

    /// <summary>Where the time went.</summary>
    internal PhaseTimes Phases { get; } = new();

    /// <summary>Training steps made.</summary>
    internal long Steps { get; private set; }

    public void Train(StepPrograms programs, NDArray[] feeds, CancellationToken cancel) => Step(programs, feeds, training: true, cancel);

    public void Test(StepPrograms programs, NDArray[] feeds, CancellationToken cancel) => Step(programs, feeds, training: false, cancel);

    public void Reset()
    {
        if (metered.Count == 0) return;
        lock (gate) Logged(() => team.All(rank => new Command.Set(Counted(rank, [.. metered], none)), "setting its metrics back"));
    }

    public void Read(Logs logs)
    {
        Gather();
        trainer.Meters?.Read(logs);
    }

    public double LastLoss
    {
        get
        {
            Gather();
            return trainer.Meters?.Last.Value.ToNumber() ?? double.NaN;
        }
    }

    /// <summary>Set before the first step: one worker goes on counting where an earlier run was.</summary>
    public IReadOnlyList<NDArray> Measured
    {
        get
        {
            Gather();
            return trainer.Meters?.Values ?? [];
        }
        set => counted = trainer.Meters!.States.Zip(value).ToDictionary();
    }

    /// <summary>Adds up what the workers counted.</summary>
    void Gather()
    {
        if (trainer.Meters is not { } meters || metered.Count == 0) return;
        Parameter[] states = [.. meters.States];
        Reply[] replies = [];
        lock (gate) Safely(() => replies = team.All(rank => new Command.Get(Counting(rank, states)), "giving its metrics"));
        for (var i = 0; i < states.Length; i++) states[i].Value = team.Order.Sum(from rank in Enumerable.Range(0, team.Size) from j in Enumerable.Range(0, ShardsOf(rank)) select replies[rank].Values[i + j * states.Length]);
    }

    public IReadOnlyDictionary<string, double> TakePhases() => Phases.Take();

    /// <summary>Everything becomes the model's own again.</summary>
    public void Finish()
    {
        if (finished) return;
        lock (gate) Safely(Keep);
        End();
    }

    public void Dispose()
    {
        if (finished) return;
        try
        {
            lock (gate)
                if (!team.HasLost) Keep();
        }
        catch (Exception e) when (e is ClusterException or IOException or TimeoutException)
        {
            // workers are lost: what is known last is what the model keeps
        }
        End();
    }

    void End()
    {
        finished = true;
        foreach (var parameter in state.All)
            if (ReferenceEquals(parameter.Home, home)) parameter.Value = kept[parameter];
        ended(this);
    }

    void Step(StepPrograms programs, NDArray[] feeds, bool training, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var changed = Adopt();
        lock (gate)
        {
            var id = Plan(programs, training);
            if (changed.Count > 0) Push(changed);
            if (IsCheckpointDue) Safely(Keep);
            if (KeepsLog) feeds = Array.ConvertAll(feeds, f => f.Clone());
            var draw = training ? 0 : programs.Model.CountDraw();
            Logged(() => Make(id, feeds, training, draw));
        }
        if (!training || seen.IsEmpty) return;
        using (optimizer.Iterations.Store.Writing()) seen.Clear();
    }

    void Make(int plan, NDArray[] feeds, bool training, long draw)
    {
        var rows = (int)feeds[0].Shape[0];
        var bounds = team.Rows(rows);
        if (loaded[plan][0].IsTogether && (rows < team.Size || team.Order.Shards > team.Size))
            throw new InvalidOperationException($"Fit: a batch of {rows} samples is computed by {team.Size} workers in {team.Order.Shards} shards, and BatchNormalization(Synchronized = true) has them meet within the step. Expected at least one sample and exactly one shard a worker. Use larger batches, or neither Shards nor Synchronized.");
        var began = DateTime.UtcNow;
        Tally driver = new();
        var replies = team.All(rank => new Command.Step(plan, draw, Part(rank), rows), training ? "training" : "evaluating", Steps, starts: warm.Add(plan), driver);
        if (!training) return;
        Steps++;
        Phases.Add(replies, driver);
        StepSpans.Record(Steps - 1, began, replies);

        NDArray[] Part(int rank) => bounds[rank] == bounds[rank + 1] ? [] : Array.ConvertAll(feeds, f => f.Rows(bounds[rank], bounds[rank + 1] - bounds[rank]));
    }

    /// <summary>The number of a step's plan, which is loaded when it is new.</summary>
    int Plan(StepPrograms programs, bool training)
    {
        if (plans.TryGetValue((programs, training), out var id)) return id;
        var cut = training ? programs.CutTrain : programs.CutTest;
        var first = training && state.How is null;
        if (first) state.How = new(optimizer, cut, team.Order, options.BucketBytes);
        var engine = trainer.Engine.Name;
        Parameter[] meters = [.. trainer.Meters!.States];
        StepPlan[] made = [.. Enumerable.Range(0, team.Size).Select(rank => (training ? state.How!.Plan(cut, rank, engine, guarded) : new StepPlan { Engine = engine, Denominators = cut.Denominators, Parts = cut.Parts })
            with { Meters = ShardsOf(rank) == 1 ? [] : Array.ConvertAll(meters, team.Numbers.Of), Counted = ShardsOf(rank) == 1 ? [] : Counting(rank, meters), Fleeting = Counting(rank, [trainer.Meters.Last]) })];
        HashSet<Parameter> own = training ? [.. Enumerable.Range(0, team.Size).SelectMany(state.How!.Kept)] : [];
        Parameter[] states = [.. meters.Where(metered.Add)];
        var added = state.Add(made.SelectMany(p => p.Programs).OfType<Autograd.Graph.Program>().SelectMany(p => p.Parameters()).Where(p => !own.Contains(p) && !metered.Contains(p)));
        if (first && Steps > 0) throw new InvalidOperationException("training begins after its first step.");
        Take(first ? state.All : added);
        var number = plans[(programs, training)] = loaded.Count;
        loaded.Add(made);
        Safely(() =>
        {
            team.All(rank => new Command.Set([.. first || loaded.Count == 1 ? state.For(rank, kept) : [.. state.Common(added, kept)], .. Counted(rank, states, counted)]), "taking values");
            team.All(rank => new Command.LoadPlan(number, made[rank]), "preparing a step", starts: true);
        });
        return number;
    }

    int ShardsOf(int rank) => team.Order.Bounds[rank + 1] - team.Order.Bounds[rank];

    /// <summary>The numbers of the states in which a worker counts: those of its first shard, then those of the next.</summary>
    int[] Counting(int rank, Parameter[] states) => ShardsOf(rank) == 1 ? Array.ConvertAll(states, team.Numbers.Of)
        : [.. from shard in Enumerable.Range(team.Order.Bounds[rank], ShardsOf(rank)) from s in states select team.Numbers.Of(Apart(s, shard))];

    /// <summary>Where one of several shards of a worker counts, in place of the state itself.</summary>
    Parameter Apart(Parameter state, int shard) => apart.TryGetValue((state, shard), out var own) ? own : apart[(state, shard)] = new(state.Name, state.Shape, state.DType, () => NDArray.Zeros(state.Shape, state.DType), trainable: false);

    /// <summary>The first values of the states in which a worker counts: zeros, but the first shard goes on from what was counted; the states themselves too.</summary>
    (int, NDArray)[] Counted(int rank, Parameter[] states, IReadOnlyDictionary<Parameter, NDArray> from)
    {
        var values = Array.ConvertAll(states, s => NDArray.Zeros(s.Shape, s.DType));
        (int, NDArray)[] all = [.. Counting(rank, states).Select((number, i) => (number, rank == 0 && i < states.Length && from.TryGetValue(states[i], out var value) ? value : values[i % states.Length]))];
        return ShardsOf(rank) == 1 ? all : [.. all, .. states.Select((s, i) => (team.Numbers.Of(s), values[i]))];
    }
}
