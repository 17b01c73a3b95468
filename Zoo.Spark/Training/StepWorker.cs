using System.Diagnostics;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>
/// A worker: it has a rank, a way to the others, Parameters by number, and programs over them. It does what the driver commands, one command at a time, and
/// exchanges gradients and weights with the others.
/// </summary>
internal sealed class StepWorker(Communicator others)
{
    readonly Dictionary<int, Parameter> parameters = [];
    readonly Dictionary<int, PlannedStep> plans = [];
    readonly Dictionary<int, (ISession Session, int Outputs)> programs = [];

    internal int Rank => others.Rank;

    /// <summary>Finds the number of a Parameter in a program that came.</summary>
    internal required Func<Parameter, int> NumberOf { get; init; }

    /// <summary>How gradients and weights travel.</summary>
    internal WireFormat Wire { get; init; }

    internal Reply Do(Command command)
    {
        try
        {
            switch (command)
            {
                case Command.Set set:
                    foreach (var (id, value) in set.Values)
                        if (parameters.TryGetValue(id, out var known)) known.Value = value;
                        else parameters[id] = new(value, $"p{id}");
                    return new([]);
                case Command.Get get:
                    return new(Array.ConvertAll(get.Ids, id => parameters[id].Value));
                case Command.LoadPlan load:
                    plans[load.Id] = new(load.Plan.With(p => StepPlan.Over(p, Mine)), others, id => parameters[id], Wire);
                    return new([]);
                case Command.LoadProgram load:
                    programs[load.Id] = (Engines.Find(load.Engine).Compile(StepPlan.Over(load.Program, Mine)), load.Program.Fetches.Length);
                    return new([]);
                case Command.Step step:
                    return new([], Phases: plans[step.Plan].Run(step));
                case Command.Run run:
                    var (session, outputs) = programs[run.Program];
                    var results = new NDArray?[outputs];
                    session.Run(run.Feeds, results);
                    return new(results!);
                default:
                    throw new UnreachableException($"worker {Rank}: no command is {command}.");
            }
        }
        catch (Exception e)
        {
            if (command is Command.Step) others.Abort(e);
            return new([], Fault.Of(e, Rank));
        }
    }

    Parameter Mine(Parameter theirs) => parameters[NumberOf(theirs)];
}
