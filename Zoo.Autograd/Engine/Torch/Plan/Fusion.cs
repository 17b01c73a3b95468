using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Element-wise nodes of one shape that become one kernel, inputs first, and what others need of them; or another node, by itself.</summary>
internal sealed class FusionGroup
{
    internal List<Node> Members { get; set; } = [];
    internal List<Variable> Outputs { get; set; } = [];
    internal Shape Shape => Members[^1].Out.Shape;
    internal bool IsPointwise => Members[^1].IsPointwise;
    /// <summary>What it reads comes lower, what reads it higher.</summary>
    internal int Rank { get; set; }
}

/// <summary>
/// Groups of element-wise nodes. First a node joins the group of its users when all of them are in that one group and its shape is the group's. Then a group
/// joins one that reads its result, which stays a result where others read it too, unless that would make a cycle. Nothing is computed twice.
/// </summary>
internal sealed class Fusion
{
    const int MaxNodes = 48, MaxOutputs = 8;
    static readonly List<Node> none = [];
    readonly IReadOnlyList<Node> order;
    readonly HashSet<Variable> wanted;
    readonly Dictionary<Node, List<Node>> users = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Node, FusionGroup> groupOf = new(ReferenceEqualityComparer.Instance);
    readonly Descent descent;

    Fusion(IReadOnlyList<Node> order, IEnumerable<Variable> results)
    {
        (this.order, wanted) = (order, results.ToHashSet<Variable>(ReferenceEqualityComparer.Instance));
        foreach (var node in order)
            foreach (var input in node.Inputs)
            {
                if (!users.TryGetValue(input.Node, out var list)) users[input.Node] = list = [];
                list.Add(node);
            }
        descent = new(order, Users);
    }

    /// <summary>What is computed as one, in an order in which inputs come first: a node, or a group of them.</summary>
    internal static List<(Node? Node, FusionGroup? Group)> Units(IReadOnlyList<Node> order, IEnumerable<Variable> results)
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
            var group = node.IsPointwise && !wanted.Contains(node.Out) ? Common(node) : null;
            if (group is null || !group.IsPointwise || group.Members[0].Out.Shape != node.Out.Shape || group.Members.Count >= MaxNodes) group = new() { Rank = i };
            groupOf[node] = group;
            group.Members.Add(node);
        }
        foreach (var node in order)
            if (groupOf[node] is { Members.Count: > 1 } group && ReferenceEquals(group.Members[0], node)) group.Members.Reverse();   // its last member stands first
    }

    FusionGroup? Common(Node node)
    {
        FusionGroup? common = null;
        foreach (var user in Users(node))
        {
            if (common is not null && !ReferenceEquals(groupOf[user], common)) return null;
            common = groupOf[user];
        }
        return common;
    }

    void Merge()
    {
        var position = new Dictionary<Node, int>(order.Count, ReferenceEqualityComparer.Instance);
        foreach (var node in order) position[node] = position.Count;
        var between = new HashSet<FusionGroup>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            var group = groupOf[node];
            if (!node.IsPointwise || !ReferenceEquals(group.Members[^1], node)) continue;
            while (Producer(group, between) is { } producer)
            {
                if (between.Count > 0) Behind(group, between);
                group.Members = [.. producer.Members.Concat(group.Members).OrderBy(m => position[m])];
                foreach (var member in producer.Members) groupOf[member] = group;
            }
        }
        foreach (var node in order)
            if (groupOf[node] is var group && ReferenceEquals(group.Members[^1], node)) group.Outputs = [.. Outputs(group, group)];
    }

    /// <summary>The first group that a group reads and can take in.</summary>
    FusionGroup? Producer(FusionGroup group, HashSet<FusionGroup> between)
    {
        foreach (var member in group.Members)
            foreach (var input in member.Inputs)
                if (groupOf[input.Node] is var producer && CanMerge(producer, group, between)) return producer;
        return null;
    }

    bool CanMerge(FusionGroup producer, FusionGroup into, HashSet<FusionGroup> between) => !ReferenceEquals(producer, into) && producer.IsPointwise && producer.Shape == into.Shape
        && producer.Members.Count + into.Members.Count <= MaxNodes && Outputs(producer, into).Count() <= MaxOutputs && !ReachesOutside(producer, into, between);

    /// <summary>What others need of one group, or of two as one.</summary>
    IEnumerable<Variable> Outputs(FusionGroup a, FusionGroup b)
    {
        foreach (var group in ReferenceEquals(a, b) ? [a] : new[] { a, b })
            foreach (var member in group.Members)
                foreach (var v in member.Outputs)
                    if (wanted.Contains(v) || Users(member).Exists(u => groupOf[u] is var by && !ReferenceEquals(by, a) && !ReferenceEquals(by, b))) yield return v;
    }

    /// <summary>Whether a value goes from one group to another by way of a third; where not, which groups it reaches that stand before the other.</summary>
    bool ReachesOutside(FusionGroup from, FusionGroup to, HashSet<FusionGroup> reached)
    {
        reached.Clear();
        var stack = new Stack<FusionGroup>([from]);
        while (stack.TryPop(out var group))
            foreach (var user in group.Members.SelectMany(Users))
            {
                var next = groupOf[user];
                if (ReferenceEquals(next, to))
                {
                    if (!ReferenceEquals(group, from)) return true;
                }
                else if (!ReferenceEquals(next, from) && next.Rank < to.Rank && reached.Add(next))
                {
                    if (next.Members.Exists(m => descent.Leads(m, to.Members[^1]))) return true;
                    stack.Push(next);
                }
            }
        return false;
    }

    /// <summary>Ranks groups behind another that reads none of them: the ranks of all these and of what the other reads among them are given out anew.</summary>
    void Behind(FusionGroup group, HashSet<FusionGroup> later)
    {
        var lowest = later.Min(g => g.Rank);
        var earlier = new HashSet<FusionGroup>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<FusionGroup>([group]);
        while (stack.TryPop(out var reader))
            foreach (var input in reader.Members.SelectMany(m => m.Inputs))
                if (groupOf[input.Node] is var next && !ReferenceEquals(next, reader) && next.Rank > lowest && earlier.Add(next)) stack.Push(next);
        FusionGroup[] all = [.. earlier.OrderBy(g => g.Rank), group, .. later.OrderBy(g => g.Rank)];
        var ranks = Array.ConvertAll(all, g => g.Rank);
        Array.Sort(ranks);
        for (var i = 0; i < all.Length; i++) all[i].Rank = ranks[i];
    }

    /// <summary>Nodes in their order, a group at its last member, each after what it reads.</summary>
    List<(Node?, FusionGroup?)> Schedule()
    {
        var result = new List<(Node?, FusionGroup?)>();
        var entered = new HashSet<FusionGroup>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(FusionGroup Group, Variable[] Inputs, int Next)>();
        foreach (var node in order)
        {
            if (!ReferenceEquals(groupOf[node].Members[^1], node)) continue;
            Enter(node);
            while (stack.TryPop(out var top))
            {
                if (top.Next < top.Inputs.Length)
                {
                    stack.Push(top with { Next = top.Next + 1 });
                    Enter(top.Inputs[top.Next].Node);
                }
                else result.Add(top.Group.IsPointwise ? (null, top.Group) : (top.Group.Members[0], null));
            }
        }
        return result;

        void Enter(Node node)
        {
            var group = groupOf[node];
            if (entered.Add(group)) stack.Push((group, group.Members.Count == 1 ? group.Members[0].Inputs : [.. group.Members.SelectMany(m => m.Inputs)], 0));
        }
    }

    List<Node> Users(Node node) => users.GetValueOrDefault(node, none);
}

/// <summary>A tree of ways from nodes to those that use them. It does not hold all of them, but tells at once of those that it holds; in deep nets these are nearly all.</summary>
internal sealed class Descent
{
    readonly Dictionary<Node, (int Begin, int End)> span = new(ReferenceEqualityComparer.Instance);

    internal Descent(IReadOnlyList<Node> order, Func<Node, List<Node>> users)
    {
        var stack = new Stack<(Node Node, int Next)>();
        var number = 0;
        foreach (var root in order)
        {
            Enter(root);
            while (stack.TryPop(out var top))
            {
                var list = users(top.Node);
                if (top.Next < list.Count)
                {
                    stack.Push((top.Node, top.Next + 1));
                    Enter(list[top.Next]);
                }
                else span[top.Node] = (span[top.Node].Begin, number);
            }
        }

        void Enter(Node node)
        {
            if (!span.TryAdd(node, (number, 0))) return;
            stack.Push((node, 0));
            number++;
        }
    }

    /// <summary>Whether the tree has a way from a node to another.</summary>
    internal bool Leads(Node from, Node to) => span[from] is var (begin, end) && span[to].Begin is var at && begin <= at && at < end;
}
