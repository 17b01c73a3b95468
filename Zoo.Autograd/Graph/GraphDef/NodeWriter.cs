using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>A node as TensorFlow's NodeDef.</summary>
internal static class NodeWriter
{
    internal static NodeDef Write(Node node, Func<Node, string> name)
    {
        if (node.Tag is IUpperCall call) throw new GraphException($"GraphDef: {call.Name} is a layer call. Lower the model first.") { Node = call.Name };
        var def = new NodeDef { Op = node.Op.Name, Name = name(node) };
        foreach (var input in node.Inputs) def.Input.Add(Port(input, name));
        foreach (var control in node.Controls) def.Input.Add("^" + name(control));
        foreach (var (key, value) in node.Attrs.All) def.Attr[key] = AttrWriter.Write(value);
        return def;
    }

    /// <summary>The name of an output: <c>x</c>, or <c>x:1</c> from the second on.</summary>
    internal static string Port(Variable v, Func<Node, string> name) => v.Index == 0 ? name(v.Node) : $"{name(v.Node)}:{v.Index}";
}
