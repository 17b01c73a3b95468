using System.Buffers.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Bytes as text of 64 characters (those that are safe in addresses), and tensors as messages.</summary>
internal static class MessageOps
{
    internal static readonly Op EncodeBase64 = new("EncodeBase64", "input:string -> output:string ; pad:bool=false")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((n, x) => [Each(x[0], bytes => System.Text.Encoding.ASCII.GetBytes(Base64Url.EncodeToString(bytes) + (n.Flag("pad") ? new string('=', (3 - bytes.Length % 3) % 3) : "")))]),
    };

    internal static readonly Op DecodeBase64 = new("DecodeBase64", "input:string -> output:string")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((_, x) => [Each(x[0], Decode)]),
    };

    internal static readonly Op SerializeTensor = new("SerializeTensor", "tensor:T -> serialized:string ; T:numeric")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((_, x) => [NDArray.From([AttrWriter.Bytes(x[0])], Shape.Scalar)]),
    };

    internal static readonly Op ParseTensor = new("ParseTensor", "serialized:string -> output:out_type ; out_type:numeric")
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            return Shape.Unknown;
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => [Parse(n, x[0].AsSpan<byte[]>()[0])]),
    };

    static NDArray Parse(Node n, byte[] message)
    {
        NDArray read;
        try
        {
            read = TensorReader.Parse(message);
        }
        catch (GraphException e)
        {
            throw new EngineException($"ParseTensor: {message.Length} bytes are no tensor: {e.Message} Expected a TensorProto message.", e) { Op = "ParseTensor" };
        }
        return read.DType == n.Out.DType ? read : throw new EngineException($"ParseTensor: the tensor is {read.DType.Name()}. Expected {n.Out.DType.Name()}.") { Op = "ParseTensor" };
    }

    static byte[] Decode(byte[] text)
    {
        try
        {
            return Base64Url.DecodeFromUtf8(text);
        }
        catch (FormatException e)
        {
            throw new EngineException($"DecodeBase64: '{System.Text.Encoding.UTF8.GetString(text.AsSpan(0, Math.Min(40, text.Length)))}' is no Base64: it is out of range. Expected letters, digits, - and _.", e) { Op = "DecodeBase64" };
        }
    }

    static NDArray Each(NDArray texts, Func<byte[], byte[]> f) => NDArray.From(Array.ConvertAll(texts.ToArray<byte[]>(), t => f(t)), texts.Shape);
}
