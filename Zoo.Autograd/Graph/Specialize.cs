using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// The passes that come first: a program rebuilt for concrete input shapes. What is constant is folded (shape arithmetic goes away), nodes that do
/// nothing are skipped, equal nodes are merged, and what nothing needs is left out.
/// </summary>
internal static class Specialize
{
    /// <param name="program">The program.</param>
    /// <param name="feeds">The shapes of its feeds.</param>
    /// <param name="values">The values of those feeds that shapes and plans depend on; null for others.</param>
    internal static Program For(Program program, IReadOnlyList<Shape> feeds, IReadOnlyList<NDArray?>? values = null)
    {
        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        var equal = new HashSet<Node>(new SameCall());
        var inputs = new Variable[program.Feeds.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = StateOps.Input(program.Feeds[i].Node.Name ?? $"feed_{i}", feeds[i], program.Feeds[i].DType);
            done[program.Feeds[i].Node] = [values?[i] is { } value ? AutoGrad.Constant(value) : inputs[i]];
        }
        foreach (var node in program.Nodes())
            if (!done.ContainsKey(node)) done[node] = Rebuild(node, Array.ConvertAll(node.Inputs, v => done[v.Node][v.Index]), equal);
        return program.With(inputs, v => done[v.Node][v.Index]);
    }

    static Variable[] Rebuild(Node node, Variable[] inputs, HashSet<Node> equal)
    {
        if (node.Tag is Parameter && node.Controls.Length == 0) return node.Outputs;
        if (node.Op == StateOps.Placeholder) throw new GraphException($"run: the input '{node.Name}' is used but not fed. Expected it among the program's inputs.") { Node = node.Name };
        if (node.Op == StateOps.PlaceholderWithDefault) return inputs;   // it is not fed
        var made = node.Inputs.Length == 0 && node.Controls.Length == 0 ? node : node.Op.Call(inputs, node.Attrs, node.Name, node.Tag);
        var known = Known(made);
        if (made.Op.Stateful) return known && made.Op.Composite is { } drawn && Try(drawn, made) is { } others ? Inner(made, others, equal) : made.Outputs;
        if (known && made.Op.Simplify?.Invoke(made) is { } same) return [same];
        if (made.Op != StateOps.Const && made.Outputs.Length > 0 && ShapeValues.Constant(made.Out) is { } first)
            return [.. made.Outputs.Select((v, i) => Merge(StateOps.Const.Call([], Attrs.Of(("value", i == 0 ? first : ShapeValues.Constant(v)!), ("dtype", v.DType))), equal)[0])];
        if (known && Halves.Widened(made) is { } wide) return Inner(made, wide, equal);
        return known && made.Op.Composite is { } body && Try(body, made) is { } parts ? Inner(made, parts, equal) : Merge(made, equal);
    }

    /// <summary>The ops that stand for a node, themselves rebuilt.</summary>
    static Variable[] Inner(Node node, Variable[] parts, HashSet<Node> equal)
    {
        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        foreach (var input in node.Inputs) done[input.Node] = input.Node.Outputs;
        foreach (var inner in Topology.Sort(parts.Select(p => p.Node), done.ContainsKey))
            done[inner] = Rebuild(inner, Array.ConvertAll(inner.Inputs, v => done[v.Node][v.Index]), equal);
        return Array.ConvertAll(parts, p => done[p.Node][p.Index]);
    }

    /// <summary>Null where the ops depend on a value that is not there yet: the node stays, and the planner asks for it.</summary>
    static Variable[]? Try(Func<Node, Variable[]?> body, Node node)
    {
        try
        {
            return body(node);
        }
        catch (NeedsValueException)
        {
            return null;
        }
    }

    static bool Known(Node node) => Array.TrueForAll(node.Inputs, v => v.Shape.IsKnown || v.DType == DType.Resource) && (node.Op.DataDependent || Array.TrueForAll(node.Outputs, v => v.Shape.IsKnown));

    static Variable[] Merge(Node node, HashSet<Node> equal)
    {
        if (equal.TryGetValue(node, out var known)) return known.Outputs;
        equal.Add(node);
        return node.Outputs;
    }

    /// <summary>Nodes are equal that call one op with the same inputs and attributes.</summary>
    sealed class SameCall : IEqualityComparer<Node>
    {
        public bool Equals(Node? a, Node? b)
        {
            if (a!.Op != b!.Op || a.Inputs.Length != b.Inputs.Length) return false;
            for (var i = 0; i < a.Inputs.Length; i++)
                if (!ReferenceEquals(a.Inputs[i], b.Inputs[i])) return false;
            return a.Attrs.Equals(b.Attrs);
        }

        public int GetHashCode(Node node)
        {
            var mix = new HashCode();
            mix.Add(node.Op);
            foreach (var input in node.Inputs) mix.Add((input.Node.Order, input.Index));
            mix.Add(node.Attrs);
            return mix.ToHashCode();
        }
    }
}
