using System.Globalization;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>How the nodes of a GraphDef hang together: who feeds whom, in which order they can be made; everything that is wrong is reported at once.</summary>
internal sealed class NodeInputs
{
    const int Shown = 20, ShownOps = 60;
    readonly List<Edge>[] edges;

    NodeInputs(List<Edge>[] edges, int[] order) => (this.edges, Order) = (edges, order);

    /// <summary>One input: the number of the node it comes from, and of its output.</summary>
    internal readonly record struct Edge(int Node, int Index, bool IsControl);

    /// <summary>The numbers of all nodes, inputs before users, else as in the file.</summary>
    internal int[] Order { get; }

    internal List<Edge> this[int node] => edges[node];

    /// <exception cref="ImportException">Unknown ops, names given twice, inputs that do not exist, cycles.</exception>
    internal static NodeInputs Of(GraphDef graph, string where)
    {
        var problems = new List<ImportProblem>();
        var numbers = new Dictionary<string, int>();
        var functions = graph.Library?.Function.Select(f => f.Signature?.Name ?? "").ToHashSet() ?? [];
        for (var i = 0; i < graph.Node.Count; i++)
        {
            var node = graph.Node[i];
            if (node.Name.Length == 0) Add(node, "it has no name");
            else if (!numbers.TryAdd(node.Name, i)) Add(node, "its name is given twice");
            if (functions.Contains(node.Op)) Add(node, "it calls a function of the graph's library; functions are not read yet. Inline them where the graph is written");
            else if (!Registry.All.ContainsKey(node.Op)) Add(node, "the op is not known");
        }
        var edges = new List<Edge>[graph.Node.Count];
        for (var i = 0; i < edges.Length; i++)
        {
            edges[i] = [];
            foreach (var input in graph.Node[i].Input)
            {
                if (Parse(input) is not var (name, index, control)) Add(graph.Node[i], $"its input '{input}' has no known form. Expected name, name:1 or ^name");
                else if (!numbers.TryGetValue(name, out var from)) Add(graph.Node[i], $"its input '{input}' does not exist");
                else edges[i].Add(new(from, index, control));
            }
        }
        if (problems.Count > 0) throw Error(problems, graph.Node.Count, where);
        return new(edges, Sort(graph, edges, where));

        void Add(NodeDef node, string reason) => problems.Add(new(node.Name, node.Op, reason));
    }

    /// <summary>The parts of <c>x</c>, <c>x:1</c>, <c>^x</c>; null for another form.</summary>
    internal static (string Name, int Index, bool Control)? Parse(string input)
    {
        if (input.StartsWith('^')) return input.Length > 1 ? (input[1..], 0, true) : null;
        var colon = input.IndexOf(':');
        if (colon < 0) return input.Length > 0 ? (input, 0, false) : null;
        return colon > 0 && int.TryParse(input.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (input[..colon], index, false) : null;
    }

    static ImportException Error(List<ImportProblem> problems, int nodes, string where)
    {
        var ops = problems.Where(p => p.Reason == "the op is not known").GroupBy(p => p.Op).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var lines = new List<string>();
        if (ops.Length > 0)
            lines.Add($"{ops.Length} ops are not known: {string.Join(", ", ops.Take(ShownOps).Select(g => $"{g.Key} ({g.First().Node}{(g.Count() > 1 ? $" and {g.Count() - 1} more" : "")})"))}{(ops.Length > ShownOps ? $" and {ops.Length - ShownOps} more" : "")}");
        var others = problems.Where(p => p.Reason != "the op is not known").ToArray();
        lines.AddRange(others.Take(Shown).Select(p => $"{(p.Node.Length > 0 ? $"'{p.Node}'" : "a node")} ({p.Op}): {p.Reason}"));
        if (others.Length > Shown) lines.Add($"{others.Length - Shown} more");
        return new($"{where}: {problems.Select(p => p.Node).Distinct().Count()} of {nodes} nodes cannot be read.\n  {string.Join("\n  ", lines)}\ndocs/coverage.md lists the known ops.", problems);
    }

    static int[] Sort(GraphDef graph, List<Edge>[] edges, string where)
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
                if (top.Next == edges[top.Node].Count)
                {
                    (state[top.Node], order[count++]) = (2, top.Node);
                    continue;
                }
                stack.Push((top.Node, top.Next + 1));
                var from = edges[top.Node][top.Next].Node;
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
            var names = stack.Select(s => s.Node).TakeWhile(n => n != from).Append(from).Select(n => graph.Node[n].Name).ToArray();
            var shown = names.Length > Shown ? [.. names[..Shown], "…"] : names;
            return new($"{where}: {names.Length} nodes feed each other in a circle: {string.Join(" -> ", [.. shown.Reverse(), shown[^1]])}. Expected a graph without cycles; loops of TensorFlow 1 are not read.") { Node = names[0] };
        }
    }
}
