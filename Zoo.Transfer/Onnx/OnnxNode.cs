using Google.Protobuf;
using Zoo.Autograd.Graph;
using Zoo.Transfer.Onnx.Proto;

namespace Zoo.Transfer.Onnx;

/// <summary>A node of ONNX's in a graph of ours: what TensorFlow's nodes become before they are written. Its tag is the node as the file has it, without inputs and outputs.</summary>
static class OnnxNode
{
    static readonly Op Op = new("_Onnx", "inputs:Tin[] -> output:Tout ; Tin:types Tout:type shape:shape") { Shape = s => s.Attr<Shape>("shape"), NoGradient = "it is only written" };

    /// <summary>A node of ONNX's.</summary>
    /// <param name="type">Its op there.</param>
    /// <param name="shape">The shape of its result.</param>
    /// <param name="dtype">The type of its result.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="attributes">Numbers, texts, and lists of integers, by name.</param>
    public static Variable Of(string type, Shape shape, DType dtype, Variable[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = type };
        foreach (var (name, value) in attributes) node.Attribute.Add(Attribute(name, value));
        return Op.Call(inputs, Attrs.Of(("Tout", dtype), ("shape", shape)), tag: node).Out;
    }

    /// <summary>The node as the file has it; null for others.</summary>
    public static NodeProto? Written(Node node) => node.Op == Op ? (NodeProto)node.Tag! : null;

    /// <summary>The same node with one more input, where it is of some op and has so many; else null.</summary>
    public static Variable? With(Variable v, string type, int inputs, Func<Variable> another)
    {
        if (Written(v.Node) is not { } node || node.OpType != type || v.Node.Inputs.Length != inputs) return null;
        return Op.Call([.. v.Node.Inputs, another()], Attrs.Of(("Tout", v.DType), ("shape", v.Shape)), tag: node).Out;
    }

    static AttributeProto Attribute(string name, object value)
    {
        var to = new AttributeProto { Name = name };
        switch (value)
        {
            case long or int:
                (to.I, to.Type) = (Convert.ToInt64(value), AttributeProto.Types.AttributeType.Int);
                break;
            case double f:
                (to.F, to.Type) = ((float)f, AttributeProto.Types.AttributeType.Float);
                break;
            case string s:
                (to.S, to.Type) = (ByteString.CopyFromUtf8(s), AttributeProto.Types.AttributeType.String);
                break;
            default:
                to.Ints.Add((long[])value);
                to.Type = AttributeProto.Types.AttributeType.Ints;
                break;
        }
        return to;
    }
}
