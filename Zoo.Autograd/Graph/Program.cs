namespace Zoo.Autograd.Graph;

/// <summary>
/// What an engine runs in one call: values for <see cref="Feeds"/> go in, <see cref="Fetches"/> come out, and at the end, when nothing can
/// fail any more, every Parameter of <see cref="Updates"/> gets its new value.
/// </summary>
internal sealed class Program
{
    /// <summary>Placeholders, in the order in which values are given.</summary>
    internal required Variable[] Feeds { get; init; }
    internal required Variable[] Fetches { get; init; }
    internal (Parameter Target, Variable Value)[] Updates { get; init; } = [];
    /// <summary>A name for messages, traces and exported graphs.</summary>
    internal string Name { get; init; } = "program";

    /// <summary>The nodes of the graph, inputs before users.</summary>
    internal List<Node> Nodes() => Topology.Sort(Roots().Select(v => v.Node));

    /// <summary>Everything that is computed for its own sake: fetches, then the values of updates.</summary>
    internal IEnumerable<Variable> Roots() => Fetches.Concat(Updates.Select(u => u.Value));

    /// <summary>The Parameters that are read or written, each once, in order of appearance.</summary>
    internal Parameter[] Parameters() =>
        [.. Nodes().Select(n => n.Tag).OfType<Parameter>().Concat(Updates.Select(u => u.Target)).Distinct()];
}
