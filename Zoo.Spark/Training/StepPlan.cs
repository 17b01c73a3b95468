using Zoo.Autograd.Graph;

namespace Zoo.Spark.Training;

/// <summary>Where a value lies: in which region, from which element on, in which shape.</summary>
internal readonly record struct Spot(int Region, int From, Shape Shape);

/// <summary>All that one worker needs to know to make a step: programs, and where their values lie. It knows nothing of layers.</summary>
internal sealed record StepPlan
{
    /// <summary>The engine of <see cref="Denominators"/> and <see cref="Parts"/>; the rest is done by the embedded one.</summary>
    internal required string Engine { get; init; }

    /// <summary>What losses are divided by, of the part alone: from the step's inputs, numbers to be added up before <see cref="Parts"/> runs.</summary>
    internal Program? Denominators { get; init; }

    /// <summary>From the inputs, the part's place and size, and the denominators: the loss, gradients, moved weights, sizes, set weights.</summary>
    internal required Program Parts { get; init; }

    /// <summary>Where gradients and weights lie, in the order in which gradients travel; the row width is 0 where they are not looked-up rows.</summary>
    internal (DType DType, int Count, int[] Bounds, int RowWidth)[] Regions { get; init; } = [];

    /// <summary>The trained weights, in the order of the gradients.</summary>
    internal Spot[] Trained { get; init; } = [];

    /// <summary>Weights that become their mean over the parts, in <see cref="MovedRegions"/>.</summary>
    internal Spot[] Moved { get; init; } = [];

    internal (DType DType, int Count)[] MovedRegions { get; init; } = [];

    /// <summary>Sizes of gradients, added up over the parts, in <see cref="MovedRegions"/> too.</summary>
    internal Spot[] Sizes { get; init; } = [];

    /// <summary>What the pieces need of these: stretches that lie within one, in the order of the inputs of <see cref="Update"/>.</summary>
    internal Spot[] PieceSizes { get; init; } = [];

    /// <summary>Weights that are the same in all parts.</summary>
    internal (DType DType, Shape Shape)[] Set { get; init; } = [];

    /// <summary>What this worker owns.</summary>
    internal Spot[] Pieces { get; init; } = [];

    /// <summary>From the pieces' gradients: each one's sum of squares.</summary>
    internal Program? Norms { get; init; }

    /// <summary>To which sum that of each piece is added: that of its weight, or that of all.</summary>
    internal int[] NormOf { get; init; } = [];

    /// <summary>The shard that each piece belongs to: norms are added up in the order of these.</summary>
    internal int[] PieceShards { get; init; } = [];

    /// <summary>Where a worker has several shards: the states of losses and metrics that <see cref="Parts"/> moves on, by number.</summary>
    internal int[] Meters { get; init; } = [];

    /// <summary>Where they are kept for each shard, so that each counts for itself: numbers for the first shard, then for the next.</summary>
    internal int[] Counted { get; init; } = [];

    /// <summary>For each shard, the number of a state that is of the last step alone: a shard without rows sets it to zero.</summary>
    internal int[] Fleeting { get; init; } = [];

    /// <summary>The number of sums.</summary>
    internal int NormCount { get; init; }

    /// <summary>Whether the step is left out where the loss is not finite.</summary>
    internal bool IsGuarded { get; init; }

    /// <summary>Makes the step on the pieces: from their gradients, then the gradients' sizes, then the sums of squares.</summary>
    internal Program? Update { get; init; }

    /// <summary>Gives the pieces' weights.</summary>
    internal Program? Read { get; init; }

    /// <summary>Takes the new values of trained, moved and set weights.</summary>
    internal Program? Assign { get; init; }

    bool? together;

    /// <summary>Whether <see cref="Parts"/> needs sums over all parts while it runs, so that each worker runs just one, which has rows.</summary>
    internal bool IsTogether => together ??= Parts.Nodes().Any(n => n.Op == Autograd.Ops.CollectiveOps.CollectiveReduceV2);

    internal bool Trains => Assign is not null;

    /// <summary>The programs, in a fixed order.</summary>
    internal Program?[] Programs => [Denominators, Parts, Norms, Update, Read, Assign];

    /// <summary>The same with each program changed.</summary>
    internal StepPlan With(Func<Program, Program> change) => this with
    {
        Denominators = Denominators is null ? null : change(Denominators),
        Parts = change(Parts),
        Norms = Norms is null ? null : change(Norms),
        Update = Update is null ? null : change(Update),
        Read = Read is null ? null : change(Read),
        Assign = Assign is null ? null : change(Assign),
    };

    /// <summary>A program over other Parameters.</summary>
    internal static Program Over(Program program, Func<Parameter, Parameter> other)
    {
        var lowering = new Lowering();
        foreach (var node in program.Nodes())   // every node that reads one: a graph that was read may have several
            if (node.Tag is Parameter parameter && node.Out.DType != DType.Resource) lowering.Bind(node.Out, other(parameter).Variable);
        var fetches = lowering.Lower(program.Fetches);
        var values = lowering.Lower([.. program.Updates.Select(u => u.Value)]);
        return new() { Name = program.Name, Feeds = program.Feeds, Fetches = fetches, Updates = [.. program.Updates.Zip(values, (u, v) => (other(u.Target), v))] };
    }
}
