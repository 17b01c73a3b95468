using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Element-wise nodes of one shape that become one kernel, inputs first, and what others need of them.</summary>
internal sealed class FusionGroup
{
    internal List<Node> Members { get; set; } = [];
    internal List<Variable> Outputs { get; set; } = [];
    internal Shape Shape => Members[^1].Out.Shape;
}

/// <summary>
/// Groups of element-wise nodes. First a node joins the group of its users when all of them are in that one group and its shape is the group's. Then a group
/// joins one that reads its result, which stays a result where others read it too, unless that would make a cycle. Nothing is computed twice.
/// </summary>
internal sealed class Fusion
{
    const int MaxNodes = 48, MaxOutputs = 8;
    readonly List<Node> order;
    readonly HashSet<Variable> wanted;
    readonly Dictionary<Node, List<Node>> users = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Node, FusionGroup> groupOf = new(ReferenceEqualityComparer.Instance);

    Fusion(List<Node> order, IEnumerable<Variable> results)
    {
        (this.order, wanted) = (order, results.ToHashSet<Variable>(ReferenceEqualityComparer.Instance));
        foreach (var node in order)
            foreach (var input in node.Inputs)
            {
                if (!users.TryGetValue(input.Node, out var list)) users[input.Node] = list = [];
                list.Add(node);
            }
    }

    /// <summary>What is computed as one, in an order in which inputs come first: a node, or a group of them.</summary>
    internal static List<(Node? Node, FusionGroup? Group)> Units(List<Node> order, IEnumerable<Variable> results)
    {
        var fusion = new Fusion(order, results);
        fusion.Join();
        fusion.Merge();
        return fusion.Schedule();
    }

    void Join()
    {
        for (var i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (!node.IsPointwise) continue;
            var group = wanted.Contains(node.Out) ? null : Common(node);
            if (group is null || group.Members[0].Out.Shape != node.Out.Shape || group.Members.Count >= MaxNodes) group = new();
            groupOf[node] = group;
            group.Members.Add(node);
        }
        foreach (var group in groupOf.Values.Distinct()) group.Members.Reverse();
    }

    FusionGroup? Common(Node node)
    {
        FusionGroup? common = null;
        foreach (var user in Users(node))
        {
            if (!groupOf.TryGetValue(user, out var group) || common is not null && !ReferenceEquals(group, common)) return null;
            common = group;
        }
        return common;
    }

    void Merge()
    {
        var position = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in order) position[node] = position.Count;
        foreach (var node in order)
        {
            if (!groupOf.TryGetValue(node, out var group) || !ReferenceEquals(group.Members[^1], node)) continue;
            while (group.Members.SelectMany(m => m.Inputs).Select(v => groupOf.GetValueOrDefault(v.Node)).FirstOrDefault(g => g is not null && CanMerge(g, group)) is { } producer)
            {
                group.Members = [.. producer.Members.Concat(group.Members).OrderBy(m => position[m])];
                foreach (var member in producer.Members) groupOf[member] = group;
            }
        }
        foreach (var group in groupOf.Values.Distinct()) group.Outputs = Outputs(group.Members);
    }

    bool CanMerge(FusionGroup producer, FusionGroup into) => !ReferenceEquals(producer, into) && producer.Shape == into.Shape
        && producer.Members.Count + into.Members.Count <= MaxNodes && Outputs([.. producer.Members, .. into.Members]).Count <= MaxOutputs && !ReachesOutside(producer, into);

    List<Variable> Outputs(List<Node> members)
    {
        var inside = members.ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        return [.. members.Select(m => m.Out).Where(v => wanted.Contains(v) || Users(v.Node).Any(u => !inside.Contains(u)))];
    }

    /// <summary>Whether a value goes from one group to another by way of a third.</summary>
    bool ReachesOutside(FusionGroup from, FusionGroup to)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>();
        Leave(from.Members);
        while (stack.TryPop(out var node))
        {
            if (!groupOf.TryGetValue(node, out var group)) Leave([node]);
            else if (ReferenceEquals(group, to)) return true;
            else Leave(group.Members);
        }
        return false;

        void Leave(List<Node> members)
        {
            foreach (var member in members)
                foreach (var user in Users(member))
                    if (groupOf.GetValueOrDefault(user) is var group && !(group is not null && ReferenceEquals(group, from))
                        && !(ReferenceEquals(members, from.Members) && group is not null && ReferenceEquals(group, to)) && seen.Add(user)) stack.Push(user);
        }
    }

    /// <summary>Nodes in their order, a group at its last member, each after what it reads.</summary>
    List<(Node?, FusionGroup?)> Schedule()
    {
        var result = new List<(Node?, FusionGroup?)>();
        var entered = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(object Unit, Variable[] Inputs, int Next)>();
        foreach (var node in order)
        {
            if (groupOf.TryGetValue(node, out var group) && !ReferenceEquals(group.Members[^1], node)) continue;
            Enter(node);
            while (stack.TryPop(out var top))
            {
                if (top.Next < top.Inputs.Length)
                {
                    stack.Push(top with { Next = top.Next + 1 });
                    Enter(top.Inputs[top.Next].Node);
                }
                else result.Add((top.Unit as Node, top.Unit as FusionGroup));
            }
        }
        return result;

        void Enter(Node node)
        {
            var group = groupOf.GetValueOrDefault(node);
            if (entered.Add((object?)group ?? node)) stack.Push(group is null ? (node, node.Inputs, 0) : (group, [.. group.Members.SelectMany(m => m.Inputs)], 0));
        }
    }

    List<Node> Users(Node node) => users.GetValueOrDefault(node) ?? [];
}
