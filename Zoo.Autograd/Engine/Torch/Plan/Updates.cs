using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Which groups are new values of Parameters and nothing else: they run last, when nothing can fail any more, and write the Parameters' own memory. Groups of
/// one formula become one pass over all their Parameters.
/// </summary>
internal sealed class Updates
{
    readonly Dictionary<Variable, Parameter> targets = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<FusionGroup> chosen = new(ReferenceEqualityComparer.Instance);

    internal Updates(Program program, List<(Node? Node, FusionGroup? Group)> units)
    {
        var several = new HashSet<Variable>(ReferenceEqualityComparer.Instance);
        foreach (var (target, value) in program.Updates)
            if (!targets.TryAdd(value, target)) several.Add(value);
        foreach (var v in program.Fetches.Concat(several)) targets.Remove(v);
        if (targets.Count == 0) return;
        var read = new HashSet<Variable>(ReferenceEqualityComparer.Instance);
        foreach (var (node, group) in units)
        {
            if (node is not null) read.UnionWith(node.Inputs);
            else if (group!.Outputs.TrueForAll(Fits)) chosen.Add(group);
            bool Fits(Variable v) => targets.TryGetValue(v, out var p) && p.Shape == v.Shape && p.DType == v.DType;
        }
        foreach (var (_, group) in units)
            if (group is not null) read.UnionWith(Inputs(group));
        chosen.RemoveWhere(g => g.Outputs.Exists(read.Contains) || !Inputs(g).All(v => v.DType.IsFloat() && (v.Shape == g.Shape || v.Shape.Elements == 1)));
        // one that writes what another one reads is none; and reads nothing any more that would rule others out
        var readers = new Dictionary<Parameter, HashSet<FusionGroup>>(ReferenceEqualityComparer.Instance);
        foreach (var group in chosen)
            foreach (var p in Read(group))
            {
                if (!readers.TryGetValue(p, out var list)) readers[p] = list = [];
                list.Add(group);
            }
        chosen.RemoveWhere(g =>
        {
            if (!g.Outputs.Exists(o => readers.TryGetValue(targets[o], out var by) && by.Count > (by.Contains(g) ? 1 : 0))) return false;
            foreach (var p in Read(g)) readers[p].Remove(g);
            return true;
        });
        Theirs.UnionWith(chosen.SelectMany(Inputs));
        Theirs.ExceptWith(program.Roots());
        foreach (var (node, group) in units)
            if (node is not null) Theirs.ExceptWith(node.Inputs);
            else if (!chosen.Contains(group!)) Theirs.ExceptWith(Inputs(group!));
    }

    internal bool Has(FusionGroup group) => chosen.Contains(group);

    /// <summary>What such groups alone read.</summary>
    internal HashSet<Variable> Theirs { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The Parameter that takes a value.</summary>
    internal Parameter Target(Variable value) => targets[value];

    /// <summary>The Parameters that a group reads.</summary>
    static IEnumerable<Parameter> Read(FusionGroup group) => Inputs(group).Select(v => v.Node.Tag).OfType<Parameter>();

    /// <summary>What a group reads from outside.</summary>
    static IEnumerable<Variable> Inputs(FusionGroup group)
    {
        if (group.Members.Count == 1) return group.Members[0].Inputs;
        var inside = group.Members.Select(m => m.Out).ToHashSet<Variable>(ReferenceEqualityComparer.Instance);
        return group.Members.SelectMany(m => m.Inputs).Where(v => !inside.Contains(v));
    }
}

/// <summary>What an update reads: a tensor, or sums of its rows, with the slot of the list which rows are whose.</summary>
internal readonly record struct UpdateInput(int Slot, RowSums Sums = default, int? List = null);

/// <summary>
/// One formula over several Parameters, in place. Where another run still reads a Parameter, the new value goes to a slot and is swapped in. A formula that leaves rows as they are which have no gradient
/// is done for the others alone (<paramref name="rows"/>).
/// </summary>
internal sealed unsafe class UpdateStep(PointwiseProgram program, PointwiseShape shape, UpdateInput[] inputs, Parameter[] targets, int[] fresh, bool rows) : Step
{
    readonly PointwiseKernel kernel = PointwiseKernel.For(program);

    internal override int[] Reads { get; } = [.. inputs.SelectMany(i => i.List is { } list ? [i.Slot, list] : new[] { i.Slot })];
    internal override int[] Writes => [];
    internal override string Kind => rows ? "rows" : "update";
    internal override double Arithmetic => kernel.Program.Operations * (rows ? inputs.Sum(i => (double)i.Sums.Count * i.Sums.Width) : shape.Count);

    /// <summary>Gives memory to the new values of Parameters that others read; may fail, before anything is written.</summary>
    internal void Prepare(nint[] slots)
    {
        for (var i = 0; i < targets.Length; i++)
            if (TorchCell.Of(targets[i]).IsShared) slots[fresh[i]] = TorchLayout.Empty(targets[i].DType, targets[i].Shape.Dims);
    }

    internal override void Run(nint[] slots)
    {
        Span<nint> from = stackalloc nint[inputs.Length], to = stackalloc nint[targets.Length];
        var sums = stackalloc RowSums[inputs.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var (slot, of, list) = inputs[i];
            if (list is { } at)
            {
                sums[i] = of.At(TorchTensor.Address(slots[slot]), TorchTensor.Address(slots[at]));
                from[i] = (nint)(sums + i);
            }
            else from[i] = (nint)TorchTensor.Data(slots[slot]);
        }
        var inPlace = true;
        for (var i = 0; i < to.Length; i++)
        {
            inPlace &= slots[fresh[i]] == 0;
            to[i] = (nint)TorchTensor.Data(slots[fresh[i]] != 0 ? slots[fresh[i]] : TorchCell.Of(targets[i]).Handle);
        }
        if (rows && inPlace && ArePlain(from)) kernel.Rows(from, to, shape);
        else kernel.Run(from, to, shape);
        for (var i = 0; i < to.Length; i++)
            if (slots[fresh[i]] != 0) TorchCell.Of(targets[i]).Swap(ref slots[fresh[i]]);
            else TorchCell.Of(targets[i]).Written();
    }
    /// <summary>Whether 0 times each single number is 0.</summary>
    bool ArePlain(ReadOnlySpan<nint> from)
    {
        for (var i = 0; i < from.Length; i++)
            if (shape.Inputs[i % kernel.Program.Inputs.Length].Kind == AccessKind.Scalar && !(kernel.Program.InputType(i % kernel.Program.Inputs.Length) switch
            {
                DType.Float32 => float.IsFinite(*(float*)from[i]),
                DType.Float64 => double.IsFinite(*(double*)from[i]),
                _ => false,
            })) return false;
        return true;
    }
}
