using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>What is wrong with a file's nodes, gathered so that all of it is said at once.</summary>
internal sealed class NodeProblems
{
    const string Unknown = "the op is not known";
    const int Shown = 20, ShownOps = 60;
    readonly List<ImportProblem> found = [];

    internal void Add(NodeDef node, string reason) => found.Add(new(node.Name, node.Op, reason));

    internal void AddUnknown(NodeDef node) => Add(node, Unknown);

    /// <exception cref="ImportException">There is a problem.</exception>
    internal void Throw(int nodes, string where)
    {
        if (found.Count == 0) return;
        var ops = found.Where(p => p.Reason == Unknown).GroupBy(p => p.Op).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var lines = new List<string>();
        if (ops.Length > 0)
            lines.Add($"{ops.Length} ops are not known: {string.Join(", ", ops.Take(ShownOps).Select(g => $"{g.Key} ({g.First().Node}{(g.Count() > 1 ? $" and {g.Count() - 1} more" : "")})"))}{(ops.Length > ShownOps ? $" and {ops.Length - ShownOps} more" : "")}");
        var others = found.Where(p => p.Reason != Unknown).ToArray();
        lines.AddRange(others.Take(Shown).Select(p => $"{(p.Node.Length > 0 ? $"'{p.Node}'" : "a node")} ({p.Op}): {p.Reason}"));
        if (others.Length > Shown) lines.Add($"{others.Length - Shown} more");
        throw new ImportException($"{where}: {found.Select(p => p.Node).Distinct().Count()} of {nodes} nodes cannot be read.\n  {string.Join("\n  ", lines)}\ndocs/coverage.md lists the known ops.", found);
    }
}
