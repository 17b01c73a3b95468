namespace Zoo.Autograd.Graph;

/// <summary>A program with everything that TensorFlow's CPU kernels cannot do written in ops that they can: what goes into a GraphDef.</summary>
internal static class Portable
{
    internal static Program For(Program program)
    {
        var nodes = program.Nodes();
        if (!nodes.Any(n => n.Op.Portable is not null)) return program;
        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
        {
            var inputs = Array.ConvertAll(node.Inputs, Find);
            var same = inputs.AsSpan().SequenceEqual(node.Inputs) ? node : node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, node.Controls);
            done[node] = same.Op.Portable?.Invoke(same) ?? same.Outputs;
        }
        return program.With(program.Feeds, Find);

        Variable Find(Variable v) => done[v.Node][v.Index];
    }
}
