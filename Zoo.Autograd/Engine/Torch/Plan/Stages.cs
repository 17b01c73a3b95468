using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What a session runs for given shapes: one plan; or, where sizes or positions are themselves computed (the places of true elements, a slice from a computed
/// begin), a first part that computes them, and a session over the rest that plans again with what was found.
/// </summary>
internal sealed class Ready(Plan? plan, Ready? first, int carried, TorchSession? rest)
{
    internal Plan? Plan => plan;

    internal void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, PlanTrace? trace, Action<int>? ready, CancellationToken cancel)
    {
        if (plan is not null)
        {
            var run = plan.Rent();
            run.Run(feeds, fetches, trace, ready, cancel);
            plan.Return(run);
            return;
        }
        var found = new NDArray?[carried];
        first?.Run(feeds, found, trace, null, cancel);
        rest!.Execute([.. feeds, .. found!], fetches, trace, ready, cancel);
    }
}

/// <summary>Cuts a program that cannot be planned in one piece.</summary>
internal sealed class Stages
{
    readonly Program program;
    readonly IReadOnlyList<Node> nodes;
    readonly HashSet<Node> after = new(ReferenceEqualityComparer.Instance);

    /// <summary>What must be computed first, and whether the plan of the rest depends on its value or only on its shape.</summary>
    readonly Dictionary<Variable, bool> early = new(ReferenceEqualityComparer.Instance);

    Stages(Program program) => (this.program, nodes) = (program, program.Nodes());

    /// <summary>What to run for a program as <see cref="Specialize"/> gives it.</summary>
    internal static Ready Make(Program program)
    {
        var stages = new Stages(program);
        stages.FindShapes();
        if (stages.early.Count > 0) return stages.Cut();
        try
        {
            return new(Planner.Make(program), null, 0, null);
        }
        catch (NeedsValueException)
        {
            stages.FindValues();
            if (stages.early.Count == 0) throw;
            return stages.Cut();
        }
    }

    /// <summary>Nodes with sizes that are not known though their inputs' are: those that find them out, and those that wait for a value.</summary>
    void FindShapes()
    {
        HashSet<Variable>? read = null;
        foreach (var node in nodes)
        {
            if (Waits(node) || Array.TrueForAll(node.Outputs, o => o.Shape.IsKnown || o.DType.Size() == 0 && o.DType != DType.String)) continue;
            var asked = new HashSet<Variable>(ReferenceEqualityComparer.Instance);
            if (!node.Op.DataDependent) node.Op.Shape(new(node.Op, node.Inputs, node.Attrs) { Asked = asked });
            foreach (var v in asked) early[v] = true;
            if (asked.Count > 0) after.Add(node);
            else
            {
                // it finds the sizes out; where nothing but a fetch wants it, it need not come first
                read ??= nodes.SelectMany(n => n.Inputs).ToHashSet<Variable>(ReferenceEqualityComparer.Instance);
                foreach (var output in node.Outputs)
                    if (!output.Shape.IsKnown && read.Contains(output)) early.TryAdd(output, false);
            }
        }
    }

    /// <summary>Values that kernels want to know.</summary>
    void FindValues()
    {
        foreach (var node in nodes)
        {
            if (Waits(node) || node.IsPointwise) continue;
            try
            {
                Planner.Rule(node)?.Invoke(new(node, Array.ConvertAll(node.Inputs, _ => new Value())));
            }
            catch (NeedsValueException e)
            {
                early[e.Value] = true;
                after.Add(node);
            }
        }
    }

    bool Waits(Node node)
    {
        if (!Array.Exists(node.Inputs, v => after.Contains(v.Node) || early.ContainsKey(v))) return false;
        after.Add(node);
        return true;
    }

    Ready Cut()
    {
        var first = Topology.Sort(early.Keys.Select(v => v.Node)).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        var cut = new Dictionary<Variable, Variable>(ReferenceEqualityComparer.Instance);
        var carried = new List<Variable>();
        foreach (var v in early.Keys) Carry(v);
        foreach (var v in nodes.Where(n => !first.Contains(n)).SelectMany(n => n.Inputs).Concat(program.Roots()))
            if (first.Contains(v.Node)) Carry(v);

        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
            if (!first.Contains(node) && !IsLeaf(node)) done[node] = node.Op.Call(Array.ConvertAll(node.Inputs, Find), node.Attrs, node.Name, node.Tag).Outputs;
        var rest = program.With([.. program.Feeds, .. carried.Select(v => cut[v])], Find);
        bool[] valued = [.. program.Feeds.Concat(carried).Select(early.GetValueOrDefault)];
        var before = carried.Count == 0 ? null : Make(new() { Name = program.Name, Feeds = program.Feeds, Fetches = [.. carried] });
        return new(null, before, carried.Count, new(rest, valued));

        void Carry(Variable v)
        {
            if (IsLeaf(v.Node) && (v.Node.Op != Ops.StateOps.ReadVariableOp || !early.ContainsKey(v)) || !cut.TryAdd(v, v)) return;
            cut[v] = Ops.StateOps.Input($"late_{carried.Count}", v.Shape, v.DType);
            carried.Add(v);
        }

        Variable Find(Variable v) => cut.TryGetValue(v, out var carriedOver) ? carriedOver : done.TryGetValue(v.Node, out var outputs) ? outputs[v.Index] : v;
    }

    static bool IsLeaf(Node node) => node.Op == Ops.StateOps.Placeholder || node.Op == Ops.StateOps.Const || node.Tag is Parameter;
}
