using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Makes a <see cref="Plan"/> of a program whose shapes are known: groups element-wise nodes, records kernels, numbers slots, finds last uses.</summary>
internal sealed class Planner
{
    readonly Program program;
    readonly List<Step> steps = [];
    readonly Dictionary<Variable, int> slotOf = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<int> rowMajor = [], likeParameter = [], kept = [];
    readonly List<(int Slot, NDArray Value)> constants = [];
    readonly List<(int Slot, Parameter Parameter)> parameters = [];
    readonly Dictionary<Parameter, int> slotOfParameter = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Variable, UpdateInput> sums = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(int Numbers, long Segments), int> lists = [];
    readonly PointwiseBuilder builder = new();   // of the group at hand
    readonly Dictionary<Variable, Reg> regs = new(ReferenceEqualityComparer.Instance);
    int slots;

    Planner(Program program) => this.program = program;

    /// <summary>The plan of a program as <see cref="Specialize"/> gives it.</summary>
    internal static Plan Make(Program program) => new Planner(Recognise.For(InferenceForms.For(program))).Make();

    Plan Make()
    {
        foreach (var feed in program.Feeds) Leaf(feed);
        var nodes = program.Nodes();
        var units = Fusion.Units(nodes, program.Roots());
        var last = new Updates(program, units);
        foreach (var (node, group) in units)
        {
            if (group is not null)
            {
                if (!last.Has(group)) Fuse(group);
            }
            else if (node!.Op == StateOps.Placeholder || node.Outputs is [{ DType: DType.Resource }]) continue;
            else if (node.Op == StateOps.Const) constants.Add((Leaf(node.Out), node.Attrs.Get<NDArray>("value")));
            else if (node.Op == SummedRows.Op && last.Theirs.Contains(node.Out)) Sums(node);
            else if (node.Op == StateOps.ReadVariableOp) Read(node.Out, (Parameter)node.Tag!);
            else Record(node);
        }
        var fetches = Array.ConvertAll(program.Fetches, v => RowMajor(slotOf[v]));
        var inPlace = Assignments([.. units.Select(u => u.Group).OfType<FusionGroup>().Where(last.Has)], last);
        var swaps = Swaps();
        int[] results = [.. fetches, .. swaps.Select(s => s.Slot), .. inPlace.SelectMany(s => s.Reads)];
        var (before, after, settled, settling) = new Settlement(program, constants, parameters).Split(steps, slots, results);
        Liveness([.. before, .. after], results);
        return new()
        {
            Program = program,
            Steps = after,
            Before = before,
            Settled = settled,
            Settling = settling,
            Slots = slots,
            Feeds = Array.ConvertAll(program.Feeds, v => slotOf[v]),
            Constants = [.. constants],
            Parameters = [.. parameters],
            Fetches = fetches,
            Assignments = inPlace,
            Swaps = [.. swaps.Select(s => (s.Target, s.Slot, s.Copy || settled[s.Slot]))],
        };
    }

    int Leaf(Variable v, bool isRowMajor = true)
    {
        var slot = slotOf[v] = slots++;
        (isRowMajor ? rowMajor : likeParameter).Add(slot);
        kept.Add(slot);
        return slot;
    }

    /// <summary>One slot a Parameter, however often it is read.</summary>
    void Read(Variable v, Parameter parameter)
    {
        if (slotOfParameter.TryGetValue(parameter, out var known)) slotOf[v] = known;
        else parameters.Add((slotOfParameter[parameter] = Leaf(v, TorchLayout.IsRowMajor(v.Shape)), parameter));
    }

    /// <summary>Sums that are made within the update which reads them: only the list of rows is made before, once for sums of the same numbers.</summary>
    void Sums(Node node)
    {
        var (numbers, key) = (slotOf[node[1]], (slotOf[node[1]], node.Out.Shape[0]));
        if (!lists.TryGetValue(key, out var list))
        {
            var kernel = new Kernel(node, [new(), new() { Slot = numbers }]);
            var made = SummedRows.List(kernel);
            foreach (var instruction in kernel.Instructions) Emit(instruction, node);
            lists[key] = list = Slot(made);
        }
        sums[node.Out] = new(RowMajor(slotOf[node[0]]), SummedRows.Of(node), list);
    }

    void Fuse(FusionGroup group)
    {
        var (code, inputs) = Program(group);
        var dims = group.Shape.ToArray();
        var shape = PointwiseShape.Broadcast(code, dims, [.. inputs.Select(i => i.Shape.ToArray())]);
        var results = group.Outputs.Select(v => slotOf[v] = slots++).ToArray();
        rowMajor.UnionWith(results);
        Add(new PointwiseStep(code, shape, dims, [.. group.Outputs.Select(v => v.DType)], [.. inputs.Select(i => i.Input.Slot)], results), group.Members[^1]);
    }

    /// <summary>
    /// New values that are not computed in place. A Parameter may be written in place later, so it must not share memory with anything: only a value that one of
    /// our kernels made, and that one Parameter takes, is taken as it is.
    /// </summary>
    (Parameter Target, int Slot, bool Copy)[] Swaps()
    {
        var slotsOf = program.Updates.Where(u => slotOf.ContainsKey(u.Value)).Select(u => (u.Target, Slot: LikeParameter(slotOf[u.Value], u.Value))).ToArray();
        var made = steps.Where(s => s is PointwiseStep or HostStep).SelectMany(s => s.Writes).ToHashSet();
        var takers = slotsOf.CountBy(s => s.Slot).ToDictionary();
        return [.. slotsOf.Select(s => (s.Target, s.Slot, !made.Contains(s.Slot) || takers[s.Slot] > 1))];
    }

    /// <summary>Groups of one formula become one step over all their Parameters.</summary>
    UpdateStep[] Assignments(FusionGroup[] groups, Updates updates)
    {
        var passes = new Dictionary<(PointwiseProgram Code, string Kinds, bool Rows), List<(FusionGroup Group, UpdateInput[] Inputs, AccessKind[] Kinds)>>();
        foreach (var group in groups)
        {
            var (code, inputs) = Program(group, update: true);
            AccessKind[] kinds = [.. inputs.Select(i => i.Input.List is not null ? AccessKind.Summed : i.Shape.Elements == 1 ? AccessKind.Scalar : AccessKind.Full)];
            var key = (code, string.Concat(kinds), OfRows(group, code, inputs));
            if (!passes.TryGetValue(key, out var list)) passes[key] = list = [];
            list.Add((group, [.. inputs.Select(i => i.Input)], kinds));
        }
        return [.. passes.Select(pass =>
        {
            var (code, list) = (pass.Key.Code, pass.Value);
            var targets = list.SelectMany(p => p.Group.Outputs).Select(updates.Target).ToArray();
            var shape = PointwiseShape.Horizontal(code, [.. list.Select(p => p.Group.Shape.Elements)], list[0].Kinds);
            return new UpdateStep(code, shape, [.. list.SelectMany(p => p.Inputs)], targets, [.. targets.Select(_ => slots++)], pass.Key.Rows) { Label = string.Join(", ", targets.Select(t => t.Path)) };
        })];

        // where all else stays as it is, and these rows are few: a row costs as much as some hundred elements in their order
        bool OfRows(FusionGroup group, PointwiseProgram code, List<(UpdateInput Input, Shape Shape)> inputs) =>
            inputs.Where(i => i.Input.List is not null).Sum(i => i.Input.Sums.Count * (i.Input.Sums.Width + 256.0)) is > 0 and var cost && cost < group.Shape.Elements
            && AtZero.Results(code, [.. inputs.Select(i => i.Input.List is not null)]).Zip(group.Outputs).All(r => r.First is { } input && slotOfParameter.TryGetValue(updates.Target(r.Second), out var slot) && inputs[input].Input.Slot == slot);
    }

    /// <summary>The element-wise program of a group and what it reads.</summary>
    (PointwiseProgram Code, List<(UpdateInput Input, Shape Shape)> Inputs) Program(FusionGroup group, bool update = false)
    {
        var inputs = new List<(UpdateInput Input, Shape Shape)>();
        regs.Clear();
        builder.Clear();
        foreach (var node in group.Members)
        {
            foreach (var v in node.Inputs)
                if (!regs.ContainsKey(v)) regs[v] = Outside(v);   // members come after what they read, so it is none
            regs[node.Out] = builder.Append(node, Array.ConvertAll(node.Inputs, v => group.Outputs.Contains(v) ? builder.Rounded(regs[v], v.DType) : regs[v]));
        }
        return (builder.Build([.. group.Outputs.Select(v => builder.Stored(regs[v], v.DType))]), inputs);

        Reg Outside(Variable v)
        {
            if (v.Node.Op == StateOps.Const && v.Shape.Elements == 1 && v.Shape.Rank <= group.Shape.Rank && v.DType is not (DType.Int64 or DType.UInt64 or DType.String))
                return builder.Constant(v.Node.Attrs.Get<NDArray>("value").Number(0), v.DType);
            inputs.Add((sums.TryGetValue(v, out var sum) ? sum : new(update && v.Shape == group.Shape ? LikeParameter(slotOf[v], v) : RowMajor(slotOf[v])), v.Shape));
            return builder.Input(inputs.Count - 1, v.DType);
        }
    }

    void Record(Node node)
    {
        var rule = Rule(node) ?? throw new GraphException($"{node.Op.Name}: the embedded engine has no kernel for it. Run this model on TensorFlow: Engine.Use(\"tensorflow\").") { Node = node.Name };
        var kernel = new Kernel(node, Array.ConvertAll(node.Inputs, v => new Value { Slot = slotOf.TryGetValue(v, out var slot) ? slot : null }));
        var results = rule(kernel).List;
        foreach (var instruction in kernel.Instructions) Emit(instruction, node);
        for (var i = 0; i < results.Length; i++)
            if (results[i] is { } value) slotOf[node.Outputs[i]] = Slot(value);
    }

    /// <summary>A node's kernel. What has none for want of a value asks for that.</summary>
    internal static Func<Kernel, Values>? Rule(Node node)
    {
        if (node.Op.Kernel is { } kernel) return kernel;
        if (node.Op.Pointwise is not null) return ComplexKernel.Of;
        node.Op.Composite?.Invoke(node);
        if (node.Op.Fold is not null || node.Op.Folds is not null)
            for (var i = 0; i < node.Inputs.Length; i++) ShapeValues.Needed(node, i);
        return null;
    }

    void Emit(Instruction instruction, Node node)
    {
        switch (instruction)
        {
            case CallInstruction call:
                var dot = call.Op.IndexOf('.');
                var (name, overload) = dot < 0 ? (call.Op, "") : (call.Op[..dot], call.Op[(dot + 1)..]);
                var op = new TorchOp(name.Contains("::", StringComparison.Ordinal) ? name : "aten::" + name, overload);
                Add(new CallStep(op, Array.ConvertAll(call.Args, a => (a, a.Object switch { Value v => [Slot(v)], Value[] list => Array.ConvertAll(list, Slot), _ => Array.Empty<int>() })), New(call.Results)), node);
                break;
            case PermuteInstruction p:
                Add(new PermuteStep(Slot(p.X), p.Axes, New(p.Result)), node);
                break;
            case ReshapeInstruction r:
                View(r.X, r.Sizes, Strides.RowMajor(r.Sizes), 0, r.Result, node);
                rowMajor.Add(Slot(r.Result));
                break;
            case StridedInstruction s:
                View(s.X, s.Sizes, s.Strides, s.Offset, s.Result, node);
                break;
            case ContiguousInstruction c:
                c.Result.Slot = RowMajor(Slot(c.X));
                break;
            case EmptyInstruction e:
                Add(new EmptyStep(e.Shape, e.DType, New(e.Result)), node);
                rowMajor.Add(Slot(e.Result));
                break;
            case ReduceInstruction r:
                var (input, dims) = (RowMajor(Slot(r.X)), r.Shape.ToArray());
                Add(new PointwiseStep(r.Code, PointwiseShape.Broadcast(r.Code, dims, [dims], r.Axes), r.ResultShape.ToArray(), [r.Code.InputType(0)], [input], [New(r.Result)]), node);
                rowMajor.Add(Slot(r.Result));
                break;
            case ManagedInstruction m:
                Add(new ManagedStep(m.Run, Array.ConvertAll(m.Arguments, v => RowMajor(Slot(v))), m.Types, node, New(m.Results)), node);
                foreach (var v in m.Results) rowMajor.Add(Slot(v));
                break;
            case LateInstruction l:
                Add(new LateStep(l.Run, Array.ConvertAll(l.Arguments, v => RowMajor(Slot(v))), New(l.Results)), node);
                foreach (var v in l.Results) rowMajor.Add(Slot(v));
                break;
            case HostInstruction h:
                var arguments = Array.ConvertAll(h.Arguments, v => RowMajor(Slot(v)));
                Add(h.Over is { } over ? new OverStep(h.Run, arguments, RowMajor(Slot(over)), New(h.Results[0])) : new HostStep(h.Run, arguments, Array.ConvertAll(h.Outputs, o => (o.Shape.ToArray(), o.DType)), New(h.Results)), node);
                foreach (var v in h.Results) rowMajor.Add(Slot(v));
                break;
        }
    }

    void View(Value x, long[] sizes, long[] strides, long offset, Value result, Node node) =>
        Add(new ViewStep(RowMajor(Slot(x)), sizes, strides, offset, New(result)), node);

    static int Slot(Value v) => v.Slot!.Value;

    int New(Value v)
    {
        v.Slot = slots;
        return slots++;
    }

    int[] New(Value[] values) => Array.ConvertAll(values, New);

    /// <summary>A slot with the same numbers in row-major memory.</summary>
    int RowMajor(int slot)
    {
        if (rowMajor.Contains(slot)) return slot;
        var copy = slots++;
        rowMajor.Add(copy);
        steps.Add(new ContiguousStep(slot, copy) { Label = "contiguous" });
        return copy;
    }

    /// <summary>A slot with the same numbers that lies in memory as a Parameter does.</summary>
    int LikeParameter(int slot, Variable v)
    {
        if (TorchLayout.IsRowMajor(v.Shape)) return RowMajor(slot);
        if (likeParameter.Contains(slot)) return slot;
        var copy = slots++;
        likeParameter.Add(copy);
        steps.Add(new LayoutStep(slot, v.DType, copy) { Label = "layout" });
        return copy;
    }

    void Add(Step step, Node node)
    {
        (step.Label, step.Node) = (node.Name ?? node.Op.Name, node);
        steps.Add(step);
    }

    /// <summary>Each slot is freed after its last use; leaves and results are kept to the end of the run.</summary>
    void Liveness(Step[] order, int[] results)
    {
        kept.UnionWith(results);
        var done = new bool[slots];
        foreach (var slot in kept) done[slot] = true;
        var frees = new List<int>();
        for (var i = order.Length - 1; i >= 0; i--)
        {
            frees.Clear();
            foreach (var slot in order[i].Reads) Last(slot);
            foreach (var slot in order[i].Writes) Last(slot);
            if (frees.Count > 0) order[i].Frees = [.. frees];
        }

        void Last(int slot)
        {
            if (!done[slot]) frees.Add(slot);
            done[slot] = true;
        }
    }
}
