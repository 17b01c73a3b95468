using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// Walks an upper graph and gives the lower one: free ops are called again over lowered inputs, upper calls are asked for their ops,
/// placeholders and Parameters stay themselves. Zoo.Keras derives from it to carry masks and the training flag.
/// </summary>
internal class Lowering
{
    readonly Dictionary<Node, Variable[]> done = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Node, Node> silent = new(ReferenceEqualityComparer.Instance);
    Func<Node, bool> left = _ => false;

    /// <summary>Says that <paramref name="upper"/> stands for <paramref name="lower"/>: a model's inputs when it is called on something.</summary>
    internal void Bind(Variable upper, Variable lower)
    {
        if (!done.TryGetValue(upper.Node, out var outputs)) done[upper.Node] = outputs = [.. upper.Node.Outputs];
        outputs[upper.Index] = lower;
    }

    /// <summary>Nodes that are left as they are, with all that is before them.</summary>
    internal void Leave(Func<Node, bool> outside) => left = outside;

    internal Variable Lower(Variable upper) => Lower([upper])[0];

    internal Variable[] Lower(IReadOnlyList<Variable> upper)
    {
        Walk(upper.Select(v => v.Node));
        return [.. upper.Select(Find)];
    }

    /// <summary>The lower form of a node that gives nothing, such as a check.</summary>
    internal Node Lower(Node upper)
    {
        Walk([upper]);
        return Same(upper);
    }

    void Walk(IEnumerable<Node> targets)
    {
        foreach (var node in Topology.Sort(targets, n => done.ContainsKey(n) || left(n)))
        {
            if (node.Outputs.Length > 0) done[node] = Step(node, Array.ConvertAll(node.Inputs, Find));
            else
            {
                var (inputs, controls) = (Array.ConvertAll(node.Inputs, Find), Controls(node));
                if (!inputs.AsSpan().SequenceEqual(node.Inputs) || !controls.AsSpan().SequenceEqual(node.Controls)) silent[node] = node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, controls);
                done[node] = [];
            }
        }
    }

    Variable Find(Variable v) => done.TryGetValue(v.Node, out var outputs) ? outputs[v.Index] : v;

    Node Same(Node node) => silent.TryGetValue(node, out var other) ? other : done.TryGetValue(node, out var outputs) && outputs.Length > 0 ? outputs[0].Node : node;

    /// <summary>What must have run before the lower form of a node.</summary>
    protected virtual Node[] Controls(Node node) => Array.ConvertAll(node.Controls, Same);

    /// <summary>The lower form of one node.</summary>
    protected virtual Variable[] Step(Node node, Variable[] inputs)
    {
        if (node.Tag is IUpperCall call) return call.Lower(node, inputs, this);
        var controls = Controls(node);
        if (inputs.AsSpan().SequenceEqual(node.Inputs) && controls.AsSpan().SequenceEqual(node.Controls)) return node.Outputs;
        using var scope = NodeScope.As(node.Scope);
        return node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, controls).Outputs;
    }
}
