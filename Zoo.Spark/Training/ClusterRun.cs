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
    Dictionary<Parameter, NDArray> counted = [];   // losses and metrics of the run that this one goes on with
    bool finished;

    internal ClusterRun(ICluster cluster, ZooOptions options, Model model, Trainer trainer, bool guarded, Action<ClusterRun> ended)
    {
        (this.options, this.trainer, this.guarded, this.ended, team, optimizer) = (options, trainer, guarded, ended, new(cluster, options.Timeout), trainer.How.Optimizer);
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
        lock (gate) Logged(() => team.All(new Command.Set(Zeros(metered)), "setting its metrics back"));
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
        lock (gate) Safely(() => replies = team.All(new Command.Get(Array.ConvertAll(states, team.Numbers.Of)), "giving its metrics"));
        for (var i = 0; i < states.Length; i++) states[i].Value = Sum(replies.Select(r => r.Values[i]));
    }

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
            Logged(() => Make(id, feeds, training));
        }
        if (!training || seen.IsEmpty) return;
        using (optimizer.Iterations.Store.Writing()) seen.Clear();
    }

    void Make(int plan, NDArray[] feeds, bool training)
    {
        var rows = (int)feeds[0].Shape[0];
        var bounds = Slices.Bounds(rows, team.Size);
        var replies = team.All(rank => new Command.Step(plan, Steps, Part(rank), bounds[rank], rows), training ? "training" : "evaluating", Steps, starts: warm.Add(plan));
        if (!training) return;
        Steps++;
        Phases.Add(replies);

        NDArray[] Part(int rank) => bounds[rank] == bounds[rank + 1] ? [] : Array.ConvertAll(feeds, f => f.Rows(bounds[rank], bounds[rank + 1] - bounds[rank]));
    }

    /// <summary>The number of a step's plan, which is loaded when it is new.</summary>
    int Plan(StepPrograms programs, bool training)
    {
        if (plans.TryGetValue((programs, training), out var id)) return id;
        var cut = training ? programs.CutTrain : programs.CutTest;
        var first = training && state.How is null;
        if (first) state.How = new(optimizer, cut.Trained, team.Size);
        var engine = trainer.Engine.Name;
        StepPlan[] made = [.. Enumerable.Range(0, team.Size).Select(rank => training ? state.How!.Plan(cut, rank, engine, guarded) : new StepPlan { Engine = engine, Denominators = cut.Denominators, Parts = cut.Parts })];
        HashSet<Parameter> own = training ? [.. Enumerable.Range(0, team.Size).SelectMany(state.How!.Kept)] : [];
        Parameter[] states = [.. trainer.Meters!.States.Where(metered.Add)];
        var added = state.Add(made.SelectMany(p => p.Programs).OfType<Autograd.Graph.Program>().SelectMany(p => p.Parameters()).Where(p => !own.Contains(p) && !metered.Contains(p)));
        if (first && Steps > 0) throw new InvalidOperationException("training begins after its first step.");
        Take(first ? state.All : added);
        var number = plans[(programs, training)] = loaded.Count;
        loaded.Add(made);
        Safely(() =>
        {
            team.All(rank => new Command.Set([.. first || loaded.Count == 1 ? state.For(rank, kept) : [.. state.Common(added, kept)], .. Counted(rank, states)]), "taking values");
            team.All(rank => new Command.LoadPlan(number, made[rank]), "preparing a step", starts: true);
        });
        return number;
    }

    (int, NDArray)[] Counted(int rank, Parameter[] states) => [.. Zeros(states).Select((z, i) => rank == 0 && counted.TryGetValue(states[i], out var value) ? (z.Item1, value) : z)];

    (int, NDArray)[] Zeros(IEnumerable<Parameter> states) => [.. states.Select(s => (team.Numbers.Of(s), NDArray.Zeros(s.Shape, s.DType)))];

    static NDArray Sum(IEnumerable<NDArray> parts)
    {
        NDArray? sum = null;
        foreach (var part in parts)
            if (sum is null) sum = part.Clone();
            else for (var i = 0; i < sum.Count; i++) sum.SetNumber(i, sum.Number(i) + part.Number(i));
        return sum!;
    }
}
