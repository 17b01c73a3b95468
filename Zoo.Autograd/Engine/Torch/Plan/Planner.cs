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
    readonly Dictionary<Value, int> slotOfValue = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<int> rowMajor = [], kept = [];
    readonly List<(int Slot, NDArray Value)> constants = [];
    readonly List<(int Slot, Parameter Parameter)> parameters = [];
    int slots;

    Planner(Program program) => this.program = program;

    /// <summary>The plan of a program as <see cref="Specialize"/> gives it.</summary>
    internal static Plan Make(Program program) => new Planner(Recognise.For(program)).Make();

    Plan Make()
    {
        foreach (var feed in program.Feeds) Leaf(feed);
        var nodes = program.Nodes();
        var groups = Fusion.Groups(nodes, program.Roots());
        foreach (var node in nodes)
        {
            if (node.Op == StateOps.Placeholder || node.Outputs is [{ DType: DType.Resource }]) continue;
            if (node.Op == StateOps.Const) constants.Add((Leaf(node.Out), node.Attrs.Get<NDArray>("value")));
            else if (node.Op == StateOps.ReadVariableOp) parameters.Add((Leaf(node.Out), (Parameter)node.Tag!));
            else if (groups.Root(node) is { } members) Fuse(node, members);
            else if (!groups.IsInside(node)) Record(node);
        }
        var fetches = Array.ConvertAll(program.Fetches, v => RowMajor(slotOf[v]));
        var updates = Array.ConvertAll(program.Updates, u => RowMajor(slotOf[u.Value]));
        Liveness([.. fetches, .. updates]);
        return new()
        {
            Program = program,
            Steps = [.. steps],
            Slots = slots,
            Feeds = Array.ConvertAll(program.Feeds, v => slotOf[v]),
            Constants = [.. constants],
            Parameters = [.. parameters],
            Fetches = fetches,
            Updates = updates,
            Kept = [.. Borrowed()],
        };
    }

    /// <summary>Leaves, and what may lie in their memory.</summary>
    HashSet<int> Borrowed()
    {
        var borrowed = new HashSet<int>(kept);
        foreach (var step in steps)
            if (step.IsView && borrowed.Contains(step.Reads[0])) borrowed.UnionWith(step.Writes);
        return borrowed;
    }

    int Leaf(Variable v)
    {
        var slot = slotOf[v] = slots++;
        rowMajor.Add(slot);
        kept.Add(slot);
        return slot;
    }

    void Fuse(Node root, List<Node> members)
    {
        var builder = new PointwiseBuilder();
        var regs = new Dictionary<Variable, Reg>(ReferenceEqualityComparer.Instance);
        var inputs = new List<(int Slot, Shape Shape)>();
        var inside = members.ToHashSet();
        foreach (var node in members)
        {
            foreach (var v in node.Inputs)
                if (!inside.Contains(v.Node) && !regs.ContainsKey(v)) regs[v] = Outside(v);
            regs[node.Out] = builder.Append(node, Array.ConvertAll(node.Inputs, v => regs[v]));
        }
        var dims = root.Out.Shape.ToArray();
        var code = builder.Build([regs[root.Out]]);
        var shape = PointwiseShape.Broadcast(code, dims, [.. inputs.Select(i => i.Shape.ToArray())]);
        var slot = slotOf[root.Out] = slots++;
        rowMajor.Add(slot);
        Add(new PointwiseStep(code, shape, dims, root.Out.DType, [.. inputs.Select(i => i.Slot)], slot), root);

        Reg Outside(Variable v)
        {
            if (v.Node.Op == StateOps.Const && v.Shape.Elements == 1 && v.Shape.Rank <= dimsRank(root) && v.DType is not (DType.Int64 or DType.UInt64))
                return builder.Constant(v.Node.Attrs.Get<NDArray>("value").Number(0), v.DType);
            inputs.Add((RowMajor(slotOf[v]), v.Shape));
            return builder.Input(inputs.Count - 1, v.DType);
        }

        static int dimsRank(Node n) => n.Out.Shape.Rank;
    }

    void Record(Node node)
    {
        var rule = node.Op.Kernel ?? throw new GraphException($"{node.Op.Name}: the embedded engine has no kernel for it. Run this model on TensorFlow: Engine.Use(\"tensorflow\").") { Node = node.Name };
        var inputs = Array.ConvertAll(node.Inputs, v =>
        {
            var value = new Value();
            if (slotOf.TryGetValue(v, out var slot)) slotOfValue[value] = slot;
            return value;
        });
        var kernel = new Kernel(node, inputs);
        var results = rule(kernel).List;
        foreach (var instruction in kernel.Instructions) Emit(instruction, node);
        for (var i = 0; i < results.Length; i++)
            if (results[i] is { } value) slotOf[node.Outputs[i]] = slotOfValue[value];
    }

    void Emit(Instruction instruction, Node node)
    {
        switch (instruction)
        {
            case CallInstruction call:
                var dot = call.Op.IndexOf('.');
                var op = dot < 0 ? new TorchOp("aten::" + call.Op) : new TorchOp("aten::" + call.Op[..dot], call.Op[(dot + 1)..]);
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
                slotOfValue[c.Result] = RowMajor(Slot(c.X));
                break;
            case EmptyInstruction e:
                Add(new EmptyStep(e.Shape, e.DType, New(e.Result)), node);
                break;
            case HostInstruction h:
                Add(new HostStep(h.Run, Array.ConvertAll(h.Arguments, v => RowMajor(Slot(v))), Array.ConvertAll(h.Outputs, o => (o.Shape.ToArray(), o.DType)), New(h.Results)), node);
                foreach (var v in h.Results) rowMajor.Add(Slot(v));
                break;
        }
    }

    void View(Value x, long[] sizes, long[] strides, long offset, Value result, Node node) =>
        Add(new ViewStep(RowMajor(Slot(x)), sizes, strides, offset, New(result)), node);

    int Slot(Value v) => slotOfValue[v];

    int New(Value v) => slotOfValue[v] = slots++;

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

    void Add(Step step, Node node)
    {
        step.Label = node.Name ?? node.Op.Name;
        steps.Add(step);
    }

    /// <summary>Each slot is freed after its last use; leaves and results are kept to the end of the run.</summary>
    void Liveness(int[] results)
    {
        var last = new Dictionary<int, Step>();
        foreach (var step in steps)
            foreach (var slot in step.Reads.Concat(step.Writes)) last[slot] = step;
        foreach (var group in last.Where(l => !kept.Contains(l.Key) && !results.Contains(l.Key)).GroupBy(l => l.Value, l => l.Key))
            group.Key.Frees = [.. group];
    }
}
