namespace Zoo.Autograd.Graph;

/// <summary>Orders of graphs.</summary>
internal static class Topology
{
    /// <summary>All nodes that the targets reach, inputs and controls before users; not recursive. Nodes that <paramref name="skip"/> holds for are left out, with what only they reach.</summary>
    internal static List<Node> Sort(IEnumerable<Node> targets, Func<Node, bool>? skip = null)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var result = new List<Node>();
        var stack = new Stack<(Node Node, int Next)>();
        foreach (var target in targets)
        {
            Enter(target);
            while (stack.Count > 0)
            {
                var (node, next) = stack.Pop();
                if (next < node.Inputs.Length + node.Controls.Length)
                {
                    stack.Push((node, next + 1));
                    Enter(next < node.Inputs.Length ? node.Inputs[next].Node : node.Controls[next - node.Inputs.Length]);
                }
                else result.Add(node);
            }
        }
        return result;

        void Enter(Node node)
        {
            if (skip?.Invoke(node) != true && seen.Add(node)) stack.Push((node, 0));
        }
    }
}
