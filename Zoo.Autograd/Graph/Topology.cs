namespace Zoo.Autograd.Graph;

/// <summary>Orders of graphs.</summary>
internal static class Topology
{
    /// <summary>All nodes that the targets reach, inputs and controls before users; not recursive. Nodes that <paramref name="skip"/> holds for are left out, with what only they reach.</summary>
    internal static List<Node> Sort(IEnumerable<Node> targets, Func<Node, bool>? skip = null)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var result = new List<Node>();
        var stack = new Stack<Node?>();   // what is to be met, the first on top; null says that all before the node under it has been
        foreach (var target in targets)
        {
            stack.Push(target);
            while (stack.TryPop(out var node))
            {
                if (node is null) result.Add(stack.Pop()!);
                else if (skip?.Invoke(node) != true && seen.Add(node))
                {
                    stack.Push(node);
                    stack.Push(null);
                    for (var i = node.Controls.Length - 1; i >= 0; i--) stack.Push(node.Controls[i]);
                    for (var i = node.Inputs.Length - 1; i >= 0; i--) stack.Push(node.Inputs[i].Node);
                }
            }
        }
        return result;
    }
}
