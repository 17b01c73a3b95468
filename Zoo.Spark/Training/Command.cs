using Zoo.Autograd.Graph;
using Zoo.Spark.Collective;

namespace Zoo.Spark.Training;

/// <summary>What the driver tells a worker to do.</summary>
internal abstract record Command
{
    /// <summary>Gives Parameters, by number, their values; unknown ones are made.</summary>
    internal sealed record Set((int Id, NDArray Value)[] Values) : Command;

    /// <summary>Asks for the values of Parameters.</summary>
    internal sealed record Get(int[] Ids) : Command;

    /// <summary>Brings the plan of steps.</summary>
    internal sealed record LoadPlan(int Id, StepPlan Plan) : Command;

    /// <summary>Brings a program that is only run, such as a prediction.</summary>
    internal sealed record LoadProgram(int Id, Program Program, string Engine) : Command;

    /// <summary>A step on the rows of a worker's shards; without rows there are no feeds. <paramref name="Rows"/> is the number of rows of the whole batch, <paramref name="Draw"/> the step that random numbers count from.</summary>
    internal sealed record Step(int Plan, long Draw, NDArray[] Feeds, long Rows) : Command;

    /// <summary>Runs a program.</summary>
    internal sealed record Run(int Program, NDArray[] Feeds) : Command;

    /// <summary>Forgets everything: another run begins.</summary>
    internal sealed record Clear : Command;

    /// <summary>Ends the worker.</summary>
    internal sealed record Stop : Command;
}

/// <summary>What a worker answers: values, or what went wrong, and how long each phase of a step took.</summary>
internal sealed record Reply(NDArray[] Values, Fault? Fault = null, Phases Phases = default);

/// <summary>An error of a worker.</summary>
/// <param name="Type">The exception's type.</param>
/// <param name="Message">Its message.</param>
/// <param name="Blames">The worker that is at fault, if it is another one; else -1.</param>
/// <param name="Error">The exception itself, within one process.</param>
internal sealed record Fault(string Type, string Message, int Blames, Exception? Error = null)
{
    internal static Fault Of(Exception error, int rank) => new(error.GetType().Name, error.Message, error is ClusterException { Rank: >= 0 } c && c.Rank != rank ? c.Rank : -1, error);
}
