using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Graph;

/// <summary>
/// TensorFlow 1's control flow. A loop (Enter, Merge, Switch, NextIteration, Exit) becomes a While, what a Merge takes from two ways of a Switch an If: values
/// pass through those nodes as they are, and what lies between becomes functions when the Exit or the Merge is reached.
/// </summary>
internal sealed class FlowReader(IReadOnlyList<NodeDef> defs, NodeInputs inputs, Func<int, Node?> nodeOf)
{
    const int MaxWays = 64;
    readonly Way[]?[] ways = new Way[defs.Count][];
    readonly Dictionary<int, Variable> conditions = [];
    readonly Dictionary<Node, (Way[] Ways, Frames.Frame? Frame)> made = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Frames.Frame, Loop> loops = new(ReferenceEqualityComparer.Instance);

    /// <summary>One side of a choice.</summary>
    readonly record struct Way(Variable Condition, bool IsTaken);

    sealed class Loop
    {
        internal Variable? Test { get; set; }
        /// <summary>A variable of the loop: its first value, what stands for it in a round, and the next value.</summary>
        internal Dictionary<int, (Variable First, Variable Place, Variable? Next)> Variables { get; } = [];
        internal Variable[]? Results { get; set; }
    }

    /// <summary>Whether a node runs only in a loop or on one side of a choice.</summary>
    // asked for in the order of inputs, so that no long chain is walked at once
    internal bool IsInner(int at) => inputs.Frames[at] is not null || WaysOf(at).Length > 0;

    /// <summary>Where an ordinary node that was made stands.</summary>
    internal void Note(int at)
    {
        if (IsInner(at) && nodeOf(at) is { } node) made[node] = (WaysOf(at), inputs.Frames[at]);
    }

    /// <summary>The values of a node of control flow; null for all other nodes.</summary>
    internal Variable[]? Make(int at, List<Variable> given)
    {
        var def = defs[at];
        if (def.Op is not ("Enter" or "Exit" or "Merge" or "NextIteration" or "LoopCond" or "Switch")) return null;
        if (given.Count != (def.Op == "Merge" ? inputs[at].Count(e => !e.IsControl && !inputs.IsNextRound(at, e)) : def.Op == "Switch" ? 2 : 1) || given.Count == 0) throw new GraphException($"{given.Count} inputs were given. Expected {(def.Op == "Switch" ? 2 : 1)}.");
        switch (def.Op)
        {
            case "Switch":
                if (given[1].DType != DType.Bool) throw new GraphException($"its condition is {given[1].DType.Name()}. Expected bool.");
                var by = inputs[at].Where(e => !e.IsControl).ElementAt(1).Node;
                if (by < 0 || defs[by].Op != "LoopCond") conditions[at] = given[1];   // a loop's own condition is no choice
                return [given[0], given[0]];
            case "Merge":
                return inputs[at].Exists(e => !e.IsControl && inputs.IsNextRound(at, e)) ? Begin(at, given) : Choose(at, given);
            case "LoopCond":
                return [LoopOf(at).Test = given[0]];
            case "NextIteration":
                Next(at, given[0]);
                return [given[0]];
            case "Exit":
                return [Leave(at, given[0])];
            default:
                return [given[0]];
        }
    }

    Loop LoopOf(int at) => loops.TryGetValue(inputs.Frames[at]!, out var loop) ? loop : loops[inputs.Frames[at]!] = new();

    Variable[] Begin(int at, List<Variable> given)
    {
        if (inputs.Frames[at] is null || given is not [var first]) throw new GraphException("it joins the rounds of a loop. Expected an Enter and a NextIteration as its inputs.");
        var place = StateOps.Input(defs[at].Name, first.DType is DType.Resource or DType.Variant ? Shape.Scalar : Shape.Unknown, first.DType, Resources.Of(first));
        LoopOf(at).Variables.Add(at, (first, place, null));
        return [place];
    }

    void Next(int at, Variable value)
    {
        var loop = LoopOf(at);
        foreach (var (merge, variable) in loop.Variables)
            if (inputs[merge].Exists(e => e.Node == at && !e.IsControl))
            {
                if (value.DType != variable.First.DType) throw new GraphException($"it gives {value.DType.Name()} to a variable of the loop that begins as {variable.First.DType.Name()}. Expected one dtype.");
                loop.Variables[merge] = variable with { Next = value };
            }
    }

    /// <summary>A value after a loop: what it is made of the loop's variables, with their last values.</summary>
    Variable Leave(int at, Variable value)
    {
        var frame = inputs.Frames[inputs[at].First(e => !e.IsControl).Node] ?? throw new GraphException("it leaves no loop. Expected a value of a loop.");
        var loop = loops.GetValueOrDefault(frame) ?? throw new GraphException($"the loop '{frame.Name}' has no variables. Expected some.");
        loop.Results ??= Repeat(at, frame, loop);
        var lowering = new Lowering();
        foreach (var (variable, result) in loop.Variables.Values.Zip(loop.Results)) lowering.Bind(variable.Place, result);
        return lowering.Lower(value);
    }

    Variable[] Repeat(int at, Frames.Frame frame, Loop loop)
    {
        var variables = loop.Variables.Values.ToArray();
        if (loop.Test is null || Array.Exists(variables, v => v.Next is null)) throw new GraphException($"the loop '{frame.Name}' {(loop.Test is null ? "has no condition (LoopCond)" : "gives no next value to one of its variables")}. Expected both.");
        bool Again(Node n) => n.Op.Stateful && made.TryGetValue(n, out var stands) && stands.Frame?.IsWithin(frame) == true;   // drawn anew in each round
        var first = variables.Length == 0 ? 0 : variables.Min(v => v.Place.Node.Order);
        var closed = Function.Close(frame.Name, [.. variables.Select(v => v.Place)], [loop.Test, .. variables.Select(v => v.Next!)], Again, n => n.Order < first);
        var test = new Function(frame.Name + "_cond", closed.Inputs, closed.Outputs[..1]);
        var body = new Function(frame.Name + "_body", closed.Inputs, [.. closed.Inputs[..closed.Captured.Length], .. closed.Outputs[1..]]) { Effects = [.. closed.Effects.Select(e => e.Copy)] };
        var node = (closed.IsStateful ? FlowOps.WhileOp : FlowOps.StatelessWhile).Call([.. closed.Captured, .. variables.Select(v => v.First)], Attrs.Of(("cond", new FunctionRef(test)), ("body", new FunctionRef(body))), frame.Name);
        if (IsInner(at)) made[node] = (WaysOf(at), inputs.Frames[at]);
        return node.Outputs[closed.Captured.Length..];
    }

    /// <summary>An If: the value that comes from the side of a choice that was taken, and which input it is.</summary>
    Variable[] Choose(int at, List<Variable> given)
    {
        var sides = inputs[at].Where(e => !e.IsControl).Select(From).ToArray();
        if (sides.Length != 2) throw new GraphException($"it joins {sides.Length} values. Expected the two sides of a Switch.");
        var way = sides[0].LastOrDefault(w => sides[1].Contains(new(w.Condition, !w.IsTaken)));
        if (way.Condition is null) throw new GraphException("its inputs are not the two sides of one Switch. Expected a choice between them.");
        if (given[0].DType != given[1].DType) throw new GraphException($"its inputs are {given[0].DType.Name()} and {given[1].DType.Name()}. Expected one dtype.");
        if (given[0].DType == DType.Resource) throw new GraphException("it chooses between two resources. Expected values.");
        bool Here(Node n) => made.TryGetValue(n, out var stands) && Array.Exists(stands.Ways, w => ReferenceEquals(w.Condition, way.Condition));
        var closed = Function.Close(defs[at].Name, [], [.. given], Here, n => !Here(n));
        Function Side(int i) => new($"{defs[at].Name}_{(way.IsTaken == (i == 0) ? "then" : "else")}", closed.Inputs, [closed.Outputs[i], A.Constant(i, DType.Int32)])
        {
            Effects = [.. closed.Effects.Where(e => (made.TryGetValue(e.Original, out var stands) && stands.Ways.Contains(way)) == (i == 0)).Select(e => e.Copy)],
        };
        var (then, other) = way.IsTaken ? (0, 1) : (1, 0);
        var node = (closed.IsStateful ? FlowOps.IfOp : FlowOps.StatelessIf).Call([way.Condition, .. closed.Captured],
            Attrs.Of(("then_branch", new FunctionRef(Side(then))), ("else_branch", new FunctionRef(Side(other))), ("Tout", new[] { given[0].DType, DType.Int32 })), defs[at].Name);
        if (IsInner(at)) made[node] = (WaysOf(at), inputs.Frames[at]);
        return node.Outputs;
    }

    /// <summary>The sides of choices on which a node runs: those of all its inputs; a Merge stands where both its sides do.</summary>
    Way[] WaysOf(int at)
    {
        if (ways[at] is { } known) return known;
        var joins = defs[at].Op == "Merge" && !inputs[at].Exists(e => !e.IsControl && inputs.IsNextRound(at, e));
        var all = inputs[at].Where(e => !inputs.IsNextRound(at, e) && !(joins && e.IsControl)).Select(From).ToArray();
        Way[] found = all.Length == 0 ? [] : joins ? [.. all.Aggregate((a, b) => [.. a.Intersect(b)])] : all.Length == 1 ? all[0] : [.. all.SelectMany(w => w).Distinct()];
        if (found.Length > MaxWays) throw new GraphException($"choices are nested deeper than {MaxWays}. Expected fewer.");
        return ways[at] = found;
    }

    /// <summary>The same of what an input gives: a Switch adds its own.</summary>
    Way[] From(NodeInputs.Edge edge)
    {
        if (edge.Node < 0) return [];
        var before = WaysOf(edge.Node);
        if (edge.IsControl || defs[edge.Node].Op != "Switch" || conditions.GetValueOrDefault(edge.Node) is not { } condition) return before;
        return [.. before, new(condition, edge.Output is null ? edge.Index == 1 : edge.Output == "output_true")];
    }
}
