using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// Walks an upper graph and gives the lower one: free ops are called again over lowered inputs, upper calls are asked for their ops,
/// placeholders and Parameters stay themselves. Zoo.Keras derives from it to carry masks and the training flag.
/// </summary>
internal class Lowering
{
    readonly Dictionary<Node, Variable[]> done = new(ReferenceEqualityComparer.Instance);

    /// <summary>Says that <paramref name="upper"/> stands for <paramref name="lower"/>: a model's inputs when it is called on something.</summary>
    internal void Bind(Variable upper, Variable lower)
    {
        if (!done.TryGetValue(upper.Node, out var outputs)) done[upper.Node] = outputs = [.. upper.Node.Outputs];
        outputs[upper.Index] = lower;
    }

    internal Variable Lower(Variable upper) => Lower([upper])[0];

    internal Variable[] Lower(IReadOnlyList<Variable> upper)
    {
        foreach (var node in Topology.Sort(upper.Select(v => v.Node), done.ContainsKey))
            done[node] = Step(node, Array.ConvertAll(node.Inputs, Find));
        return [.. upper.Select(Find)];
    }

    Variable Find(Variable v) => done[v.Node][v.Index];

    /// <summary>The lower form of one node.</summary>
    protected virtual Variable[] Step(Node node, Variable[] inputs)
    {
        if (node.Tag is IUpperCall call) return call.Lower(node, inputs, this);
        if (node.Inputs.Length == 0 || inputs.AsSpan().SequenceEqual(node.Inputs)) return node.Outputs;
        return node.Op.Call(inputs, node.Attrs, node.Name, node.Tag).Outputs;
    }
}
