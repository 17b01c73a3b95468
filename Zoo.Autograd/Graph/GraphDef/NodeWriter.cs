using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>A node as TensorFlow's NodeDef.</summary>
internal static class NodeWriter
{
    /// <summary>A node that no expression has.</summary>
    internal static NodeDef Write(string op, string name, string[] inputs, params ReadOnlySpan<(string Key, object Value)> attrs)
    {
        var def = new NodeDef { Op = op, Name = name };
        def.Input.AddRange(inputs);
        foreach (var (key, value) in attrs) def.Attr[key] = AttrWriter.Write(value);
        return def;
    }

    /// <summary>A node of a graph; functions keep the names they have.</summary>
    internal static NodeDef Write(Node node, Func<Node, string> name) => Write(node, name, v => Port(v, name), null);

    /// <summary>A node whose inputs are named by <paramref name="port"/>, and whose functions, and a composite's body, go to <paramref name="functions"/>.</summary>
    internal static NodeDef Write(Node node, Func<Node, string> name, Func<Variable, string> port, FunctionWriter? functions)
    {
        if (node.Tag is IUpperCall call) throw new GraphException($"GraphDef: {call.Name} is a layer call. Lower the model first.") { Node = call.Name };
        if (node.Op.IsCustom) throw new GraphException($"GraphDef: {node.Op.Name} is an op of C# code (Op.Custom), which TensorFlow cannot run. Run the model on the embedded engine, or write the op in others.") { Node = node.Op.Name };
        var def = new NodeDef { Op = node.Op.Name, Name = name(node) };
        foreach (var input in node.Inputs) def.Input.Add(port(input));
        foreach (var control in node.Controls) def.Input.Add("^" + name(control));
        if (functions is not null && node.Op.Body is not null) functions.Call(def, node);
        else foreach (var (key, value) in node.Attrs.All) def.Attr[key] = functions?.Attr(value) ?? AttrWriter.Write(value);
        return def;
    }

    /// <summary>The name of an output: <c>x</c>, or <c>x:1</c> from the second on.</summary>
    internal static string Port(Variable v, Func<Node, string> name) => v.Index == 0 ? name(v.Node) : $"{name(v.Node)}:{v.Index}";
}
