using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the mechanism of recurrence: states, masks, direction, both kinds of kernel.
/// <summary>
/// A cell along the steps of sequences [batch, steps, …]. Where a mask says that a step does not count, the states stay and the result is the one before, or
/// zeros. The first states are zeros, <c>initial_state</c> of the call, or those that the last batch ended with.
/// </summary>
[KerasParameters("sequences", "initial_state"), KerasCallArgument("initial_state"), KerasCallArgument("mask"), KerasCallArgument("training", false)]
public abstract class RecurrentLayer : Layer
{
    RnnCell? cell;
    Parameter[] carried = [];

    /// <summary>Whether the results of all steps are given, not only the last.</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>Whether the last states are given too, behind the result.</summary>
    public bool ReturnState { get; init; }

    /// <summary>Whether it begins with the last step; the results are in the order in which they were computed.</summary>
    public bool GoBackwards { get; init; }

    /// <summary>Whether a batch begins with the states that the one before ended with. The batch size must be fixed: give it to the Input.</summary>
    public bool Stateful { get; init; }

    /// <summary>Whether Keras writes the steps out one after the other; here the result is the same. The number of steps must be known.</summary>
    public bool Unroll { get; init; }

    /// <summary>Whether the result of a step that does not count is zeros, not the one before.</summary>
    public bool ZeroOutputForMask { get; set; }

    /// <summary>What is between a layer and its cell: the cell, made when the layer is built.</summary>
    private protected abstract RnnCell MakeCell();

    /// <inheritdoc/>
    protected override bool SupportsMasking => true;

    /// <inheritdoc/>
    protected override Variable? ComputeMask(Inputs x, CallContext c) => ReturnSequences ? c.Mask : null;

    internal override IReadOnlyList<Parameter> OwnCarried => carried;

    /// <summary>Sets the states of a <see cref="Stateful"/> layer back to zeros.</summary>
    public void ResetState()
    {
        foreach (var state in carried) state.Value = NDArray.Zeros(state.Shape, state.DType);
    }

    /// <inheritdoc/>
    protected sealed override void Build(IReadOnlyList<Shape> inputs)
    {
        var input = inputs[0];
        if (!input.HasRank || input.Rank < 3) throw new ShapeException($"the input has shape {input}. Expected [batch, steps, features].") { Actual = input };
        if (Unroll && input[1] < 0) throw new ShapeException($"the input has shape {input}. Expected a known number of steps, for Unroll is set.") { Actual = input };
        cell = MakeCell();
        cell.BuildFor(Shape.Create([input[0], .. input[2..]]));
        if (!Stateful) return;
        if (input[0] < 0) throw new ShapeException($"the input has shape {input}. Expected a known batch size, for Stateful keeps a state for each sample. Give the Input a batchSize.") { Actual = input };
        carried = [.. cell.StateShapes.Select(s => new Parameter("rnn_state", Shape.Create([input[0], .. s]), DTypePolicy.VariableDType, () => NDArray.Zeros(Shape.Create([input[0], .. s]), DTypePolicy.VariableDType), trainable: false) { Path = $"{Path}/rnn_state" })];
    }

    /// <inheritdoc/>
    protected sealed override Outputs Call(Inputs x, CallContext c)
    {
        foreach (var layer in cell!.Parts.OfType<Layer>()) layer.Regularize(c.Lowering);
        var (steps, mask) = (StepsFirst(cell!.Floats(x[0])), c.Mask is { } given ? StepsFirst(given) : null);
        var first = First(x, x[0]);
        var projected = cell.Project(steps, sequence: true, c);
        var (result, last) = cell.All(projected, mask, first, GoBackwards, c) is { } all ? Gather(all, mask, startsAtZero: !x.List("initial_state").OfType<Variable>().Any() && carried.Length == 0)
            : GoBackwards ? Run(A.Reverse(projected, 0), mask is null ? null : A.Reverse(mask, 0), first, c) : Run(projected, mask, first, c);
        for (var i = 0; i < carried.Length; i++) c.Update(carried[i], A.Cast(last[i], carried[i].DType));
        return (Variable[])(ReturnState ? [result, .. last] : [result]);
    }

    /// <summary>The results, of all steps or the last, and the last states, from all states.</summary>
    (Variable Result, Variable[] Last) Gather(Variable[] all, Variable? mask, bool startsAtZero)
    {
        var last = Array.ConvertAll(all, s => RecurrentOps.Last(s, GoBackwards));
        // where no step has counted yet the result is zeros, whatever the states began with
        var counts = mask is null ? null : ZeroOutputForMask ? mask : startsAtZero ? null : A.Cumsum(A.Cast(mask, DType.Int32), 0, reverse: GoBackwards) > A.Constant(0, DType.Int32);
        var result = ReturnSequences ? RecurrentOps.After(all[0], GoBackwards) : last[0];
        if (counts is not null) result = A.Where(A.ExpandDims(ReturnSequences ? counts : counts[GoBackwards ? 0 : ^1], -1), result, A.ZerosLike(result));
        if (!ReturnSequences) return (result, last);
        return (StepsFirst(GoBackwards ? A.Reverse(result, 0) : result), last);
    }

    /// <summary>The results, of all steps or the last, and the last states, step by step.</summary>
    (Variable Result, Variable[] Last) Run(Variable steps, Variable? mask, Variable[] first, CallContext c)
    {
        var entry = ScanOps.Entry(steps);
        var old = Array.ConvertAll(first, ScanOps.State);
        var (output, next) = Step(entry, old, c);
        var sequences = new List<(Variable, Variable)> { (steps, entry) };
        List<(Variable Value, Variable Entry)> states = [.. first.Zip(old)];
        var before = new Lazy<Variable>(() => ScanOps.State(Zeros(steps, 1, cell!.OutputShape, output.DType)));
        if (mask is not null)
        {
            var counts = ScanOps.Entry(mask);
            sequences.Add((mask, counts));
            next = [.. next.Select((s, i) => A.Where(Wide(counts, s), s, old[i]))];
            output = A.Where(Wide(counts, output), output, ZeroOutputForMask ? A.ZerosLike(output) : before.Value);
        }
        // The last result is one more state where it is wanted alone, or where steps that do not count repeat it.
        if (before.IsValueCreated || !ReturnSequences && !ReferenceEquals(output, next[0])) states.Add((Zeros(steps, 1, cell!.OutputShape, output.DType), before.Value));
        var scan = ScanOps.Make(cell!.Name, sequences, states, states.Count > next.Length ? [.. next, output] : next, ReturnSequences ? [output] : [], reverse: false);
        var result = ReturnSequences ? StepsFirst(scan.Results[0]) : states.Count > next.Length ? scan.Last[^1] : scan.Last[0];
        return (result, scan.Last[..next.Length]);
    }

    /// <summary>The cell's expression; a cell that applies layers has them lowered.</summary>
    (Variable Output, Variable[] States) Step(Variable entry, Variable[] old, CallContext c)
    {
        var (output, next) = cell!.Step(entry, old, c);
        Variable[] all = [output, .. next];
        if (!Topology.Sort(all.Select(v => v.Node)).Exists(n => n.Tag is IUpperCall)) return (output, next);
        var inner = c.Lowering.Child(c.Training);
        foreach (var known in (Variable[])[entry, .. old]) inner.Bind(known, known);
        all = inner.Lower(all);
        return (all[0], all[1..]);
    }

    Variable[] First(Inputs x, Variable sequence)
    {
        var dtype = DTypePolicy.ComputeDType;
        Variable[] given = [.. x.List("initial_state").OfType<Variable>()];
        if (given.Length > 0 && given.Length != cell!.StateShapes.Count) throw new ArgumentException($"{Name}: {given.Length} initial states were given. Expected {cell.StateShapes.Count}.");
        if (given.Length > 0) return Array.ConvertAll(given, s => A.Cast(s, dtype));
        if (carried.Length > 0) return Array.ConvertAll(carried, s => A.Cast(s.Variable, dtype));
        return [.. cell!.StateShapes.Select(s => Zeros(sequence, 0, s, dtype))];
    }

    /// <summary>Zeros for each sample, which an axis of a value counts.</summary>
    static Variable Zeros(Variable like, int batchAxis, Shape sample, DType dtype)
    {
        if (like.Shape[batchAxis] >= 0) return A.Constant(NDArray.Zeros(Shape.Create([like.Shape[batchAxis], .. sample]), dtype));
        return A.Fill(A.Stack([A.ShapeOf(like)[batchAxis], .. sample.Select(d => A.Constant(d, DType.Int32))]), A.Constant(0, dtype));
    }

    /// <summary>A truth value for each sample, with the axes of a value.</summary>
    static Variable Wide(Variable counts, Variable like)
    {
        for (var axes = counts.Shape.Rank; axes < like.Shape.Rank; axes++) counts = A.ExpandDims(counts, -1);
        return counts;
    }

    /// <summary>Batch and steps change places.</summary>
    static Variable StepsFirst(Variable x) => A.Transpose(x, [1, 0, .. Enumerable.Range(2, x.Shape.Rank - 2).Select(i => (long)i)]);
}
