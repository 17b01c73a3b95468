namespace Zoo.Autograd.Graph;

/// <summary>Planning needs the value of an input that is computed when the graph runs. A session of the embedded engine computes it in a stage of its own and plans the rest then.</summary>
internal sealed class NeedsValueException(Node node, int input)
    : GraphException($"{node.Op.Name}: its input '{node.Op.Signature.Inputs[Math.Min(input, node.Op.Signature.Inputs.Length - 1)].Name}' must be a constant on the embedded engine. Compute it from shapes or numbers known when the graph is planned.")
{
    internal Variable Value { get; } = node[input];
}
