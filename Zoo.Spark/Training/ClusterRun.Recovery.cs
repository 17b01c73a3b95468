namespace Zoo.Spark.Training;

internal sealed partial class ClusterRun
{
    readonly List<Action> log = [];   // what was done since the state was kept
    NDArray[][] keptMetrics = [];
    int keptStates;   // how many states the metrics had then: those that came later count from 0
    long keptSteps;
    int restarts;
    ClusterException? firstLoss;

    bool KeepsLog => options.CheckpointEvery is not null;

    bool IsCheckpointDue => KeepsLog && log.Count >= options.CheckpointEvery;

    /// <summary>Keeps the whole state of now.</summary>
    void Keep()
    {
        if (loaded.Count == 0) return;
        foreach (var (parameter, value) in state.Pull(state.All.ToHashSet())) kept[parameter] = value;
        if (!KeepsLog) return;
        keptMetrics = Array.ConvertAll(team.All(rank => new Command.Get(Counting(rank, [.. metered])), "giving its metrics"), r => r.Values);
        keptStates = metered.Count;
        keptSteps = Steps;
        log.Clear();
    }

    /// <summary>Does something that changes the workers' state, and remembers it for doing it again.</summary>
    void Logged(Action action)
    {
        Safely(action);
        if (KeepsLog) log.Add(action);
    }

    /// <summary>Does something with the workers; where one is lost, it is done with new ones that have come to the same state.</summary>
    void Safely(Action action)
    {
        try
        {
            action();
            return;
        }
        catch (ClusterException e) when (!e.IsOwn)
        {
            firstLoss ??= e;
        }
        while (true)
        {
            if (!KeepsLog)
                throw new ClusterException($"{firstLoss.Message} There is no checkpoint to go on from (ZooOptions.CheckpointEvery), so the run ends; the model has the values known last, those of step {keptSteps}.", firstLoss) { Rank = firstLoss.Rank, Host = firstLoss.Host, Step = firstLoss.Step };
            if (restarts++ >= options.MaxRestarts)
                throw new ClusterException($"the run ends after {options.MaxRestarts} restarts from checkpoints. The first error was: {firstLoss.Message}", firstLoss) { Rank = firstLoss.Rank, Host = firstLoss.Host, Step = firstLoss.Step };
            try
            {
                Restore();
                action();
                return;
            }
            catch (ClusterException e) when (!e.IsOwn)
            {
                // another one is lost: once more, as often as is allowed
            }
        }
    }

    /// <summary>New workers, the state that was kept, and what was done since.</summary>
    void Restore()
    {
        team.Renew();
        warm.Clear();
        seen.Clear();
        Steps = keptSteps;
        if (loaded.Count == 0) return;
        Parameter[] states = [.. metered];
        team.All(rank => new Command.Set([.. state.For(rank, kept), .. Counted(rank, states, none), .. keptMetrics.Length == 0 ? [] : Counting(rank, states[..keptStates]).Zip(keptMetrics[rank])]), "taking values");
        for (var id = 0; id < loaded.Count; id++)
        {
            var (number, made) = (id, loaded[id]);
            team.All(rank => new Command.LoadPlan(number, made[rank]), "preparing a step", starts: true);
        }
        foreach (var action in log) action();
    }
}
