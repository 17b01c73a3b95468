using System.Globalization;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>How the nodes of a graph or a function's body hang together: who feeds whom, in which order they can be made.</summary>
internal sealed class NodeInputs
{
    const int Shown = 20;
    readonly IReadOnlyList<NodeDef> nodes;
    readonly List<Edge>[] edges;
    readonly string where;

    NodeInputs(IReadOnlyList<NodeDef> nodes, List<Edge>[] edges, string where) => (this.nodes, this.edges, this.where) = (nodes, edges, where);

    /// <summary>One input: the number of the node it comes from, below 0 (<c>~0</c>, <c>~1</c>, …) an argument of the function; the output by its number, in functions within the one named; no number for all of it.</summary>
    internal readonly record struct Edge(int Node, int? Index, string? Output, bool IsControl);

    /// <summary>The numbers of all nodes, inputs before users, else as in the file. A loop of TensorFlow 1 is left when all of it is made.</summary>
    internal int[] Order { get; private set; } = [];

    /// <summary>The loops of TensorFlow 1.</summary>
    internal Frames Frames { get; private set; } = Frames.None;

    internal List<Edge> this[int node] => edges[node];

    /// <summary>The inputs of a graph's nodes, or, where the names of its arguments are given, of a function's.</summary>
    /// <exception cref="ImportException">Unknown ops, names given twice, inputs that do not exist.</exception>
    /// <exception cref="GraphException">Cycles.</exception>
    internal static NodeInputs Of(IReadOnlyList<NodeDef> nodes, string[]? arguments, FunctionLibrary library, string where)
    {
        var problems = library.Problems(nodes);
        var numbers = new Dictionary<string, int>();
        for (var i = 0; i < arguments?.Length; i++) numbers.TryAdd(arguments[i], ~i);
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            if (node.Name.Length == 0) problems.Add(node, "it has no name");
            else if (!numbers.TryAdd(node.Name, i)) problems.Add(node, "its name is given twice");
        }
        var edges = new List<Edge>[nodes.Count];
        for (var i = 0; i < edges.Length; i++)
        {
            edges[i] = [];
            foreach (var input in nodes[i].Input)
            {
                if (Parse(input, arguments is not null) is not var (name, output, index, control)) problems.Add(nodes[i], $"its input '{input}' has no known form. Expected {(arguments is null ? "name, name:1 or ^name" : "argument, name:output:1 or ^name")}");
                else if (!numbers.TryGetValue(name, out var from)) problems.Add(nodes[i], $"its input '{input}' does not exist");
                else edges[i].Add(new(from, index, output, control));
            }
        }
        problems.Throw(nodes.Count, where);
        var inputs = new NodeInputs(nodes, edges, where);
        inputs.Order = inputs.Sort(Frames.None.Before);
        if (!nodes.Any(n => n.Op == "Enter")) return inputs;
        inputs.Frames = Frames.Of(nodes, inputs);
        inputs.Order = inputs.Sort(inputs.Frames.Before);
        return inputs;
    }

    /// <summary>Whether an input closes a circle that TensorFlow 1 means: the next round of a loop's variable.</summary>
    internal bool IsNextRound(int node, Edge edge) => edge.Node >= 0 && nodes[node].Op == "Merge" && nodes[edge.Node].Op == "NextIteration";

    /// <summary>The parts of <c>x</c>, <c>x:1</c>, <c>^x</c> (in functions <c>x:output:1</c>); null for another form.</summary>
    internal static (string Name, string? Output, int? Index, bool Control)? Parse(string input, bool inFunction = false)
    {
        if (input.StartsWith('^')) return input.Length > 1 ? (input[1..], null, 0, true) : null;
        var parts = input.Split(':');
        if (parts[0].Length == 0 || parts.Length > (inFunction ? 3 : 2)) return null;
        if (parts.Length == 1) return (parts[0], null, inFunction ? null : 0, false);
        if (int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return (parts[0], parts.Length == 3 ? parts[1] : null, index, false);
        return inFunction && parts.Length == 2 && parts[1].Length > 0 ? (parts[0], parts[1], null, false) : null;
    }

    /// <summary><paramref name="before"/>: what else must be made before a node.</summary>
    int[] Sort(Dictionary<int, List<int>> before)
    {
        var order = new int[edges.Length];
        var state = new byte[edges.Length];   // 0 not seen, 1 on the way, 2 done
        var stack = new Stack<(int Node, int Next)>();
        var count = 0;
        for (var root = 0; root < edges.Length; root++)
        {
            if (state[root] == 0) Enter(root);
            while (stack.TryPop(out var top))
            {
                var more = before.GetValueOrDefault(top.Node);
                if (top.Next == edges[top.Node].Count + (more?.Count ?? 0))
                {
                    (state[top.Node], order[count++]) = (2, top.Node);
                    continue;
                }
                stack.Push((top.Node, top.Next + 1));
                var from = top.Next < edges[top.Node].Count ? edges[top.Node][top.Next] is var edge && IsNextRound(top.Node, edge) ? -1 : edge.Node : more![top.Next - edges[top.Node].Count];
                if (from < 0) continue;
                if (state[from] == 0) Enter(from);
                else if (state[from] == 1) throw Cycle(from);
            }
        }
        return order;

        void Enter(int node)
        {
            state[node] = 1;
            stack.Push((node, 0));
        }

        GraphException Cycle(int from)
        {
            var names = stack.Select(s => s.Node).TakeWhile(n => n != from).Append(from).Select(n => nodes[n].Name).ToArray();
            var shown = names.Length > Shown ? [.. names[..Shown], "…"] : names;
            return new($"{where}: {names.Length} nodes feed each other in a circle: {string.Join(" -> ", [.. shown.Reverse(), shown[^1]])}. Expected a graph without cycles other than loops of TensorFlow 1 (Enter, Merge, Switch, NextIteration, Exit).") { Node = names[0] };
        }
    }
}
