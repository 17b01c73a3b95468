using System.Collections.Concurrent;

namespace Zoo.Spark.Training;

internal sealed partial class ClusterRun
{
    readonly ConcurrentDictionary<Parameter, NDArray> seen = [], written = [];   // brought since the last step; written by others and not shared out yet
    readonly Dictionary<Parameter, NDArray> kept = [];   // the last whole state that is known

    /// <summary>Makes this run the home of Parameters.</summary>
    void Take(IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            if (!ReferenceEquals(parameter.Home, home))
                using (parameter.Store.Writing()) parameter.MoveTo(home, value => kept[parameter] = value);
    }

    /// <summary>
    /// Takes Parameters that left: a value that somebody wrote counts from the next step on; one that an engine took along to read it is as it was here.
    /// </summary>
    Dictionary<Parameter, NDArray> Adopt()
    {
        var changed = new Dictionary<Parameter, NDArray>();
        foreach (var parameter in state.All)
        {
            if (ReferenceEquals(parameter.Home, home)) continue;
            using (parameter.Store.Writing())
            {
                var isNew = parameter.Home is null;
                parameter.MoveTo(home, value =>
                {
                    if (isNew) written[parameter] = changed[parameter] = value;
                });
            }
        }
        return changed;
    }

    /// <summary>Shares out what was written.</summary>
    void Push(Dictionary<Parameter, NDArray> changed)
    {
        if (changed.Keys.Any(p => state.IsTrained(p) || state.IsMemory(p)) || KeepsLog)
        {
            Safely(Keep);
            foreach (var (parameter, value) in changed) kept[parameter] = value;
            Safely(() => team.All(rank => new Command.Set([.. state.For(rank, kept)]), "taking values"));
        }
        else Safely(() => team.All(new Command.Set(state.Common(changed.Keys, changed)), "taking values"));
        foreach (var parameter in changed.Keys) written.TryRemove(parameter, out _);
    }

    /// <summary>A value for who reads it; with it come all that belong to it.</summary>
    NDArray Bring(Parameter parameter)
    {
        if (written.TryGetValue(parameter, out var value) || seen.TryGetValue(parameter, out value)) return value.Clone();
        lock (gate)
        {
            if (loaded.Count == 0 || finished) return kept[parameter].Clone();
            var group = state.All.Where(p => Group(p) == Group(parameter)).ToHashSet();
            Safely(() =>
            {
                foreach (var (other, now) in state.Pull(group)) seen[other] = now;
            });
            return seen[parameter].Clone();
        }

        int Group(Parameter p) => state.IsMemory(p) ? 2 : p.Shape.Rank == 0 && !state.IsTrained(p) ? 1 : 0;
    }
}
