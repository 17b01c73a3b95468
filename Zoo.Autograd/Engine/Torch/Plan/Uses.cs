using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Who reads what in a program, and where its nodes stand: found out when first asked.</summary>
internal sealed class Uses(Program program)
{
    static readonly List<Node> none = [];
    Dictionary<Variable, List<Node>>? users;
    Dictionary<Node, int>? positions;
    HashSet<Variable>? wanted;

    internal IReadOnlyList<Node> Nodes => program.Nodes();

    /// <summary>The nodes that read a value, each once, in their order.</summary>
    internal List<Node> Of(Variable v) => (users ??= Users()).GetValueOrDefault(v, none);

    /// <summary>Whether a value is computed for its own sake.</summary>
    internal bool IsWanted(Variable v) => (wanted ??= program.Roots().ToHashSet<Variable>(ReferenceEqualityComparer.Instance)).Contains(v);

    internal int Position(Node node) => (positions ??= Positions())[node];

    Dictionary<Variable, List<Node>> Users()
    {
        var result = new Dictionary<Variable, List<Node>>(ReferenceEqualityComparer.Instance);
        foreach (var node in Nodes)
            foreach (var input in node.Inputs)
            {
                if (!result.TryGetValue(input, out var list)) result[input] = list = new(1);
                if (list.Count == 0 || !ReferenceEquals(list[^1], node)) list.Add(node);
            }
        return result;
    }

    Dictionary<Node, int> Positions()
    {
        var result = new Dictionary<Node, int>(Nodes.Count, ReferenceEqualityComparer.Instance);
        foreach (var node in Nodes) result[node] = result.Count;
        return result;
    }
}
