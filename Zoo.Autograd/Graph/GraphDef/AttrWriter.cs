using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>Attributes as TensorFlow's messages.</summary>
internal static class AttrWriter
{
    internal static AttrValue Write(object value) => value switch
    {
        long i => new() { I = i },
        double f => new() { F = (float)f },
        bool b => new() { B = b },
        string s => new() { S = ByteString.CopyFromUtf8(s) },
        byte[] s => new() { S = ByteString.CopyFrom(s) },
        DType type => new() { Type = (DataType)type },
        Shape shape => new() { Shape = Write(shape) },
        NDArray tensor => new() { Tensor = Write(tensor) },
        FunctionRef f => new() { Func = Write(f) },
        AttrValue raw => raw,
        Array list => new() { List = List(list) },
        _ => throw new GraphException($"GraphDef: an attribute of {value.GetType().Name} has no form in TensorFlow."),
    };

    static AttrValue.Types.ListValue List(Array list)
    {
        var to = new AttrValue.Types.ListValue();
        foreach (var item in list)
        {
            var one = Write(item);
            switch (one.ValueCase)
            {
                case AttrValue.ValueOneofCase.I: to.I.Add(one.I); break;
                case AttrValue.ValueOneofCase.F: to.F.Add(one.F); break;
                case AttrValue.ValueOneofCase.B: to.B.Add(one.B); break;
                case AttrValue.ValueOneofCase.S: to.S.Add(one.S); break;
                case AttrValue.ValueOneofCase.Type: to.Type.Add(one.Type); break;
                case AttrValue.ValueOneofCase.Shape: to.Shape.Add(one.Shape); break;
                case AttrValue.ValueOneofCase.Tensor: to.Tensor.Add(one.Tensor); break;
                case AttrValue.ValueOneofCase.Func: to.Func.Add(one.Func); break;
            }
        }
        return to;
    }

    internal static TensorShapeProto Write(Shape shape)
    {
        if (!shape.HasRank) return new() { UnknownRank = true };
        var to = new TensorShapeProto();
        foreach (var d in shape) to.Dim.Add(new TensorShapeProto.Types.Dim { Size = d });
        return to;
    }

    /// <summary>A tensor as a message of its own.</summary>
    internal static byte[] Bytes(NDArray tensor) => Write(tensor).ToByteArray();

    internal static TensorProto Write(NDArray tensor)
    {
        var to = new TensorProto { Dtype = (DataType)tensor.DType, TensorShape = Write(tensor.Shape) };
        if (tensor.DType == DType.String)
            foreach (var text in tensor.AsSpan<byte[]>()) to.StringVal.Add(ByteString.CopyFrom(text));
        else to.TensorContent = ByteString.CopyFrom(tensor.Bytes);
        return to;
    }

    static NameAttrList Write(FunctionRef f)
    {
        var to = new NameAttrList { Name = f.Name };
        foreach (var (name, value) in f.Attrs.All) to.Attr[name] = Write(value);
        return to;
    }
}
