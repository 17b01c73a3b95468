using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>Which node belongs to which loop of TensorFlow 1. Enter goes into a loop's frame, Exit out of it; frames nest.</summary>
internal sealed class Frames
{
    const int MaxDepth = 64;
    readonly Frame?[] of;

    Frames(int nodes) => of = new Frame?[nodes];

    /// <summary>No loop at all.</summary>
    internal static Frames None { get; } = new(0);

    /// <summary>A loop.</summary>
    internal sealed class Frame(Frame? parent, string name)
    {
        internal Frame? Parent => parent;
        internal string Name => name;
        internal int Depth { get; } = (parent?.Depth ?? 0) + 1;
        internal Dictionary<string, Frame> Inner { get; } = [];
        /// <summary>The nodes that must be made before the loop can be.</summary>
        internal List<int> Parts { get; } = [];

        internal bool IsWithin(Frame? outer)
        {
            for (var frame = this; frame is not null; frame = frame.Parent)
                if (ReferenceEquals(frame, outer)) return true;
            return outer is null;
        }
    }

    /// <summary>The innermost loop around a node; null where there is none.</summary>
    internal Frame? this[int node] => node < of.Length ? of[node] : null;

    /// <summary>What must be made before each Exit, beside its inputs.</summary>
    internal Dictionary<int, List<int>> Before { get; } = [];

    /// <summary>The loops of nodes whose inputs are sorted.</summary>
    internal static Frames Of(IReadOnlyList<NodeDef> nodes, NodeInputs inputs)
    {
        var result = new Frames(nodes.Count);
        var top = new Dictionary<string, Frame>();
        foreach (var at in inputs.Order)
        {
            var def = nodes[at];
            Frame? inside = null;
            foreach (var edge in inputs[at])
            {
                if (edge.Node < 0 || inputs.IsNextRound(at, edge)) continue;
                var from = result.of[edge.Node];
                if (from?.IsWithin(inside) == true) inside = from;
                else if (inside?.IsWithin(from) == false) throw Error(def, $"it reads from two loops, '{inside.Name}' and '{from!.Name}'", "a value of another loop to come through Exit");
            }
            switch (def.Op)
            {
                case "Enter":
                    var name = def.Attr.TryGetValue("frame_name", out var given) ? given.S.ToStringUtf8() : "";
                    var list = inside?.Inner ?? top;
                    inside = list.TryGetValue(name, out var known) ? known : list[name] = new(inside, name);
                    if (inside.Depth > MaxDepth) throw Error(def, $"loops are nested deeper than {MaxDepth}", "fewer");
                    break;
                case "Merge" or "NextIteration" or "LoopCond":
                    inside?.Parts.Add(at);
                    if (inside is null && def.Op != "Merge") throw Error(def, "it stands in no loop", "an Enter before it");
                    break;
                case "Exit":
                    if (inside is null) throw Error(def, "it leaves no loop", "an Enter before it");
                    result.Before[at] = inside.Parts;
                    inside = inside.Parent;
                    break;
            }
            result.of[at] = inside;
        }
        return result;
    }

    static GraphException Error(NodeDef def, string happened, string expected) => new($"the node '{def.Name}' ({def.Op}) cannot be read: {happened}. Expected {expected}.") { Node = def.Name };
}
