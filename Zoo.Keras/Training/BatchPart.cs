using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

/// <summary>
/// What the step on a part of a batch must be told of the whole batch: where the part begins, the number of samples in all, and what each loss is divided by,
/// which is the sum over all parts.
/// </summary>
internal sealed class BatchPart
{
    readonly List<(Variable Part, Variable Whole)> denominators = [];
    int sums;

    /// <param name="rows">The number of samples of the part.</param>
    internal BatchPart(Variable rows)
    {
        Share = A.Cast(rows, DType.Float64) / A.Cast(Rows, DType.Float64);
        Samples = A.Cast(rows, DType.Int64);
    }

    /// <summary>The first sample's place in the whole batch.</summary>
    internal Variable First { get; } = StateOps.Input("zoo_first", [], DType.Int64);

    /// <summary>The number of samples of the whole batch.</summary>
    internal Variable Rows { get; } = StateOps.Input("zoo_rows", [], DType.Int64);

    /// <summary>The number of the run that random numbers count from, outside training.</summary>
    internal Variable Draw { get; } = StateOps.Input("zoo_draw", [], DType.Int64);

    /// <summary>The part's number of samples divided by that of the whole batch.</summary>
    internal Variable Share { get; }

    /// <summary>The part's number of samples.</summary>
    internal Variable Samples { get; }

    /// <summary>Whom the step meets for sums that it needs meanwhile.</summary>
    internal Variable Group { get; } = StateOps.Input("zoo_group", [], DType.Int32);

    /// <summary>A sum over all parts, within the step.</summary>
    internal Variable Sum(Variable value) => CollectiveOps.Sum(value, Group, A.Constant(sums++, DType.Int32));

    /// <summary>What the losses are divided by, summed over this part alone.</summary>
    internal Variable[] Parts => [.. denominators.Select(d => A.Cast(d.Part, DType.Float64))];

    /// <summary>The inputs besides those of the step that all programs have.</summary>
    internal Variable[] Known => [First, Rows, Draw, Group];

    /// <summary>The inputs besides those of the step: the place, then the denominators of the whole batch.</summary>
    internal Variable[] Feeds => [.. Known, .. denominators.Select(d => d.Whole)];

    /// <summary>The denominator of the whole batch, where that of the part is given.</summary>
    internal Variable Whole(Variable part)
    {
        var whole = StateOps.Input($"zoo_denominator_{denominators.Count}", [], DType.Float64);
        denominators.Add((part, whole));
        return A.Cast(whole, part.DType);
    }
}

/// <summary>A training or evaluation step on a part of a batch, cut where parts must be added up.</summary>
internal sealed class CutStep
{
    /// <summary>What the losses are divided by, of the part alone; from the step's inputs and the place. Null where nothing has to be known.</summary>
    internal required Program? Denominators { get; init; }

    /// <summary>
    /// From the step's inputs, then those of <see cref="BatchPart.Feeds"/>: the part's term of the loss, its terms of the gradients of <see cref="Trained"/>, its
    /// terms of the new values of <see cref="Moved"/> and of the sizes of the gradients of <see cref="Sized"/>, then the new values of <see cref="Set"/>. Losses and metrics go on counting, of the part.
    /// </summary>
    internal required Program Parts { get; init; }

    internal Parameter[] Trained { get; init; } = [];

    /// <summary>Weights that the step changes without a gradient: their mean over the parts, weighted by samples.</summary>
    internal Parameter[] Moved { get; init; } = [];

    /// <summary>Weights whose gradients are looked-up rows: most of a step's are zero.</summary>
    internal IReadOnlySet<Parameter> Looked { get; init; } = new HashSet<Parameter>();

    /// <summary>Weights whose gradients are looked-up rows, of which formulas are told the size apart (<see cref="OptimizerStep.Size"/>).</summary>
    internal Parameter[] Sized { get; init; } = [];

    /// <summary>Weights of other than floating-point types that the step changes: the same in all parts.</summary>
    internal Parameter[] Set { get; init; } = [];
}
