using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>A graph of its own with inputs and outputs, which ops call: the body of a loop, a branch, what a composite op means. It reads nothing but its inputs.</summary>
internal sealed class Function
{
    static int made;

    internal Function(string name, Variable[] inputs, Variable[] outputs)
    {
        (Name, Inputs, Outputs, Number) = (name, inputs, outputs, Interlocked.Increment(ref made));
        foreach (var node in Topology.Sort(outputs.Select(o => o.Node)))
            if (node.Op == StateOps.Placeholder && !Array.Exists(inputs, i => i.Node == node))
                throw new GraphException($"{name}: its expression uses '{node.Name}', which is not among the function's inputs. Give it as one.") { Node = node.Name };
    }

    /// <summary>The wished name; made unique where the function is written.</summary>
    internal string Name { get; }

    /// <summary>Placeholders.</summary>
    internal Variable[] Inputs { get; }

    internal Variable[] Outputs { get; }

    /// <summary>Different for each function.</summary>
    internal int Number { get; }

    /// <summary>An input of a function.</summary>
    internal static Variable Input(string name, Shape shape, DType dtype) => StateOps.Input(name, shape, dtype);

    /// <summary>What it does beside giving results: checks, prints, assignments among its nodes.</summary>
    internal Node[] Effects { get; init; } = [];

    /// <summary>How many nodes it has.</summary>
    internal int Size => size ??= Topology.Sort(Outputs.Select(o => o.Node).Concat(Effects)).Count;

    /// <summary>
    /// The function of an expression over placeholders. What it reads beyond them, and what does not depend on them, is computed outside, once: it becomes
    /// the function's first inputs, whose values are the second result.
    /// </summary>
    internal static (Function Function, Variable[] Captured) Close(string name, Variable[] inputs, Variable[] outputs)
    {
        var closed = Close(name, inputs, outputs, _ => false, _ => false);
        return (new(name, closed.Inputs, closed.Outputs), closed.Captured);
    }

    /// <summary>What a function needs: the expression with an input in place of everything from outside.</summary>
    internal sealed record Closed(Variable[] Inputs, Variable[] Outputs, Variable[] Captured, (Node Original, Node Copy)[] Effects, bool IsStateful);

    /// <param name="name">A name for messages.</param>
    /// <param name="inputs">Placeholders.</param>
    /// <param name="outputs">The expression.</param>
    /// <param name="own">Nodes that belong inside though they do not depend on the inputs.</param>
    /// <param name="outside">Nodes that are known to be outside, with all that is before them.</param>
    internal static Closed Close(string name, Variable[] inputs, Variable[] outputs, Func<Node, bool> own, Func<Node, bool> outside)
    {
        var inside = new HashSet<Node>(inputs.Select(i => i.Node), ReferenceEqualityComparer.Instance);
        var order = Topology.Sort(outputs.Select(o => o.Node), outside);
        foreach (var node in order)
            if (Array.Exists(node.Inputs, i => inside.Contains(i.Node)) || Array.Exists(node.Controls, inside.Contains) || own(node))
            {
                if (node.Tag is IUpperCall call) throw new GraphException($"{name}: the layer '{call.Name}' is applied within a function. Expected expressions only. Apply it before, or compute with its weights.") { Node = call.Name };
                inside.Add(node);
            }
        var (captured, places) = (new List<Variable>(), new List<Variable>());
        var lowering = new Bare();
        foreach (var v in order.Where(inside.Contains).SelectMany(n => n.Inputs).Concat(outputs).Distinct<Variable>(ReferenceEqualityComparer.Instance))
        {
            if (inside.Contains(v.Node) || v.Node.Op == StateOps.Const) continue;
            captured.Add(v);
            places.Add(StateOps.Input($"captured_{captured.Count}", v.Shape, v.DType, Resources.Of(v)));
            lowering.Bind(v, places[^1]);
        }
        lowering.Leave(n => !inside.Contains(n) && n.Op != StateOps.Const);
        var results = lowering.Lower(outputs);
        var effects = order.Where(n => inside.Contains(n) && n.Op.Effect).Select(n => (n, lowering.Lower(n))).ToArray();
        return new([.. places, .. inputs], results, [.. captured], effects, inside.Any(n => n.Op.Stateful && n.Tag is null && n.Op != StateOps.Placeholder && !n.Inputs.Concat(n.Outputs).Any(v => v.DType == DType.Variant)));
    }

    /// <summary>The outputs over other inputs: the function's nodes made again. Its effects over them are added to <paramref name="effects"/>.</summary>
    internal Variable[] Inline(IReadOnlyList<Variable> inputs, ICollection<Node>? effects = null)
    {
        if (inputs.Count != Inputs.Length) throw new GraphException($"{Name}: {inputs.Count} inputs were given to the function. Expected {Inputs.Length}.");
        var lowering = new Lowering();
        for (var i = 0; i < Inputs.Length; i++) lowering.Bind(Inputs[i], inputs[i]);
        var outputs = lowering.Lower(Outputs);
        foreach (var effect in effects is null ? [] : Effects) effects!.Add(lowering.Lower(effect));
        return outputs;
    }

    /// <summary>The shapes of the outputs for given shapes of the inputs; unknown ones where functions within functions would cost too much to find out.</summary>
    internal Shape[] Shapes(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count != Inputs.Length) throw new GraphException($"{Name}: {inputs.Count} inputs were given to the function. Expected {Inputs.Length}.");
        var same = Inputs.Zip(inputs).All(p => p.First.Shape == p.Second);
        if (same || Array.TrueForAll(Outputs, o => o.Shape.IsKnown)) return Array.ConvertAll(Outputs, o => o.Shape);
        if (depth == 0) spent = 0;
        if ((spent += Size) > MaxWork || depth >= MaxDepth) return Array.ConvertAll(Outputs, _ => Shape.Unknown);
        depth++;
        try
        {
            return Array.ConvertAll(Inline([.. Inputs.Select((x, i) => StateOps.Input(x.Node.Name!, inputs[i], x.DType, x.Node.Tag))]), o => o.Shape);
        }
        finally
        {
            depth--;
        }
    }

    /// <summary>Within a function nothing waits for what is outside.</summary>
    sealed class Bare : Lowering
    {
        protected override Node[] Controls(Node node) => [];
    }

    const int MaxWork = 1 << 18, MaxDepth = 32;
    [ThreadStatic] static int depth, spent;
    int? size;
}
