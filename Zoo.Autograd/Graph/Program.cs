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
    /// <summary>Nodes without results that run too: checks, prints.</summary>
    internal Node[] Effects { get; init; } = [];
    /// <summary>A name for messages, traces and exported graphs.</summary>
    internal string Name { get; init; } = "program";

    IReadOnlyList<Node>? nodes;

    /// <summary>The nodes of the graph, inputs before users.</summary>
    internal IReadOnlyList<Node> Nodes() => nodes ??= Topology.Sort(Roots().Select(v => v.Node).Concat(Effects));

    /// <summary>The same over nodes that were made again.</summary>
    internal Program With(Variable[] feeds, Converter<Variable, Variable> found) => new()
    {
        Name = Name,
        Feeds = feeds,
        Fetches = Array.ConvertAll(Fetches, found),
        Updates = Array.ConvertAll(Updates, u => (u.Target, found(u.Value))),
        Effects = Array.ConvertAll(Effects, e => Array.ConvertAll(e.Inputs, found) is var inputs && inputs.AsSpan().SequenceEqual(e.Inputs) ? e : e.Op.Call(inputs, e.Attrs, e.Name, e.Tag)),
    };

    /// <summary>Everything that is computed for its own sake: fetches, then the values of updates.</summary>
    internal IEnumerable<Variable> Roots() => Fetches.Concat(Updates.Select(u => u.Value));

    /// <summary>The Parameters that are read or written, each once, in order of appearance.</summary>
    internal Parameter[] Parameters() =>
        [.. Nodes().Select(n => n.Tag).OfType<Parameter>().Concat(Updates.Select(u => u.Target)).Distinct()];
}
