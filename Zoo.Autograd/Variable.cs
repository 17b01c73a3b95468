using Zoo.Autograd.Graph;

namespace Zoo.Autograd;

/// <summary>
/// A tensor in a graph: one output of a node, with its shape and dtype. Nothing is computed until a model or an engine runs the graph.
/// C# numbers take the dtype of the other operand; two Variables of different dtypes are an error that says which cast to write.
/// </summary>
public sealed partial class Variable
{
    internal Variable(Node node, int index, Shape shape, DType dtype) => (Node, Index, Shape, DType) = (node, index, shape, dtype);

    internal Node Node { get; }

    internal int Index { get; }

    /// <summary>The dimensions as far as they are known; axis 0 is the batch.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The name of the node, with the output's number after a colon where it is not the first.</summary>
    public string Name => (Node.Name ?? Node.Op.Name) + (Index == 0 ? "" : $":{Index}");

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType.Name()} {Shape}";
}
