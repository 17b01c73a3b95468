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

    /// <summary>
    /// The function of an expression over placeholders. What it reads beyond them, and what does not depend on them, is computed outside, once: it becomes
    /// the function's first inputs, whose values are the second result.
    /// </summary>
    internal static (Function Function, Variable[] Captured) Close(string name, Variable[] inputs, Variable[] outputs)
    {
        var inside = new HashSet<Node>(inputs.Select(i => i.Node), ReferenceEqualityComparer.Instance);
        var order = Topology.Sort(outputs.Select(o => o.Node));
        foreach (var node in order)
            if (Array.Exists(node.Inputs, i => inside.Contains(i.Node)))
            {
                if (node.Tag is IUpperCall call) throw new GraphException($"{name}: the layer '{call.Name}' is applied within a function. Expected expressions only. Apply it before, or compute with its weights.") { Node = call.Name };
                inside.Add(node);
            }
        var (captured, places) = (new List<Variable>(), new List<Variable>());
        var lowering = new Lowering();
        foreach (var v in order.Where(inside.Contains).SelectMany(n => n.Inputs).Concat(outputs).Distinct<Variable>(ReferenceEqualityComparer.Instance))
        {
            if (inside.Contains(v.Node) || v.Node.Op == StateOps.Const) continue;
            captured.Add(v);
            places.Add(Input($"captured_{captured.Count}", v.Shape, v.DType));
            lowering.Bind(v, places[^1]);
        }
        return (new(name, [.. places, .. inputs], lowering.Lower(outputs)), [.. captured]);
    }

    /// <summary>The outputs over other inputs: the function's nodes made again.</summary>
    internal Variable[] Inline(IReadOnlyList<Variable> inputs)
    {
        if (inputs.Count != Inputs.Length) throw new GraphException($"{Name}: {inputs.Count} inputs were given to the function. Expected {Inputs.Length}.");
        var lowering = new Lowering();
        for (var i = 0; i < Inputs.Length; i++) lowering.Bind(Inputs[i], inputs[i]);
        return lowering.Lower(Outputs);
    }

    /// <summary>The shapes of the outputs for given shapes of the inputs.</summary>
    internal Shape[] Shapes(IReadOnlyList<Shape> inputs) =>
        Array.TrueForAll(Outputs, o => o.Shape.IsKnown) ? Array.ConvertAll(Outputs, o => o.Shape)
        : Array.ConvertAll(Inline([.. Inputs.Select((x, i) => Input(x.Node.Name!, inputs[i], x.DType))]), o => o.Shape);
}
