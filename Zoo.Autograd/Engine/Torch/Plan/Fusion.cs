using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Groups of element-wise nodes that become one kernel: a node joins the group of its users when all of them are in that one group and its
/// shape is the group's, so nothing is computed twice and no cycle can arise.
/// </summary>
internal sealed class Fusion
{
    const int MaxNodes = 48;
    readonly Dictionary<Node, List<Node>> roots = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Node, Node> rootOf = new(ReferenceEqualityComparer.Instance);

    /// <summary>The members of the group that ends in a node, inputs first; null where no group ends there.</summary>
    internal List<Node>? Root(Node node) => roots.GetValueOrDefault(node);

    /// <summary>Whether a node is computed within another's group.</summary>
    internal bool IsInside(Node node) => rootOf.TryGetValue(node, out var root) && !ReferenceEquals(root, node);

    internal static Fusion Groups(List<Node> order, IEnumerable<Variable> results)
    {
        var fusion = new Fusion();
        var wanted = results.Select(v => v.Node).ToHashSet();
        var users = new Dictionary<Node, List<Node>>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            foreach (var input in node.Inputs)
            {
                if (!users.TryGetValue(input.Node, out var list)) users[input.Node] = list = [];
                list.Add(node);
            }
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (node.Op.Pointwise is null) continue;
            var root = wanted.Contains(node) ? null : fusion.Common(users.GetValueOrDefault(node));
            if (root is null || root.Out.Shape != node.Out.Shape || fusion.roots[root].Count >= MaxNodes) fusion.roots[root = node] = [];
            fusion.rootOf[node] = root;
            fusion.roots[root].Add(node);
        }
        foreach (var members in fusion.roots.Values) members.Reverse();
        return fusion;
    }

    Node? Common(List<Node>? users)
    {
        Node? common = null;
        foreach (var user in users ?? [])
        {
            if (!rootOf.TryGetValue(user, out var root) || common is not null && !ReferenceEquals(root, common)) return null;
            common = root;
        }
        return common;
    }
}
