namespace Zoo.Autograd.Graph;

/// <summary>
/// One call of an op: a NodeDef, one to one. Immutable. A node knows its inputs; a graph is what its outputs reach.
/// </summary>
internal sealed class Node
{
    static long made;

    internal Node(Op op, Variable[] inputs, Attrs attrs, (Shape Shape, DType DType)[] outputs, string? name = null, object? tag = null, Node[]? controls = null)
    {
        (Op, Inputs, Attrs, Name, Tag, Controls) = (op, inputs, attrs, name, tag, controls ?? []);
        (Order, Scope) = (Interlocked.Increment(ref made), NodeScope.Current);
        Outputs = new Variable[outputs.Length];
        for (var i = 0; i < outputs.Length; i++) Outputs[i] = new(this, i, outputs[i].Shape, outputs[i].DType);
    }

    internal Op Op { get; }
    internal Variable[] Inputs { get; }
    internal Attrs Attrs { get; }
    internal Variable[] Outputs { get; }
    /// <summary>The wished name; made unique where the graph is written.</summary>
    internal string? Name { get; }
    /// <summary>What the node stands for beyond its op: a <see cref="Parameter"/>, an <see cref="IUpperCall"/>.</summary>
    internal object? Tag { get; }
    /// <summary>Nodes that must have run before.</summary>
    internal Node[] Controls { get; }
    /// <summary>Grows with creation: inputs come before their users.</summary>
    internal long Order { get; }
    /// <summary>The layer whose call made the node, or whose gradient it belongs to; null for others.</summary>
    internal string? Scope { get; }
    /// <summary>What <see cref="ShapeValues"/> has found out about the outputs' values; kept, so that shared shape arithmetic is done once.</summary>
    internal (bool Asked, NDArray[]? Values) Constants { get; set; }
    internal (bool Asked, long[]? Values) Integers { get; set; }

    /// <summary>Whether the embedded engine's element-wise kernels compute it, fused with others.</summary>
    internal bool IsPointwise => Op.Pointwise is not null && !Array.Exists(Inputs, v => v.DType.IsComplex()) && !Array.Exists(Outputs, v => v.DType.IsComplex());

    /// <summary>The first output.</summary>
    internal Variable Out => Outputs[0];

    internal Variable this[int input] => Inputs[input];

    internal bool Flag(string name) => Attrs.Get<bool>(name);
    internal long Int(string name) => Attrs.Get<long>(name);
    internal double Float(string name) => Attrs.Get<double>(name);
    internal long[] Ints(string name) => Attrs.Get<long[]>(name);
    internal string Text(string name) => Attrs.Get<string>(name);
    internal DType Type(string name) => Attrs.Get<DType>(name);

    public override string ToString() => $"{Name ?? Op.Name}({string.Join(", ", Inputs.Select(i => $"{i.DType.Name()} {i.Shape}"))})";
}
