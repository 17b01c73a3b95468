using System.Text;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;
using Case = Zoo.Autograd.Graph.Proto.AttrValue.ValueOneofCase;

namespace Zoo.Autograd.Graph;

/// <summary>TensorFlow's attributes as the values that <see cref="Attrs"/> holds.</summary>
/// <param name="tensors">Reads tensors.</param>
/// <param name="bound">Within a function: the values of its own attributes, for which its nodes' may stand.</param>
/// <param name="isNewer">Whether a TensorFlow wrote the file that is newer than the one our ops are of: attributes it has beyond them are left out, as TensorFlow itself does.</param>
internal sealed class AttrReader(TensorReader tensors, IReadOnlyDictionary<string, AttrValue>? bound = null, bool isNewer = false)
{
    static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>The attributes of a node, by the op's signature; those that begin with an underscore are everyone's own.</summary>
    internal Attrs Read(NodeDef node, Op op)
    {
        var result = new Dictionary<string, object>();
        foreach (var (name, given) in node.Attr)
        {
            var value = Bound(given);
            var def = op.Signature.Attrs.FirstOrDefault(a => a.Name == name);
            if (def is null && !name.StartsWith('_') && isNewer) continue;
            if (def is null && !name.StartsWith('_'))
                throw new GraphException($"it has an attribute '{name}', which {op.Name} does not have. Expected {(op.Signature.Attrs.Length == 0 ? "none" : string.Join(", ", op.Signature.Attrs.Select(a => a.Name)))}.");
            result[name] = def is null ? Own(value) : Read(name, def.Kind, value);
        }
        return Attrs.From(result);
    }

    /// <summary>All attributes of a call by a function's name, whose signature is the function's.</summary>
    internal Attrs Read(NodeDef call) => All(call.Attr);

    /// <summary>The dtypes of a function's argument.</summary>
    internal DType[] Types(OpDef.Types.ArgDef arg)
    {
        if (arg.TypeListAttr.Length > 0) return Of(arg.TypeListAttr).List is { } list && Only(list, list.Type.Count) ? [.. list.Type.Select(Type)] : throw Unfit(arg.TypeListAttr, "types");
        var type = arg.TypeAttr.Length > 0 ? Of(arg.TypeAttr) is { ValueCase: Case.Type } value ? value.Type : throw Unfit(arg.TypeAttr, "a type") : arg.Type;
        if (arg.NumberAttr.Length == 0) return [Type(type)];
        return Of(arg.NumberAttr) is { ValueCase: Case.I, I: >= 0 and <= MaxArguments } count ? [.. Enumerable.Repeat(Type(type), (int)count.I)] : throw Unfit(arg.NumberAttr, "a number");

        AttrValue Of(string name) => bound?.GetValueOrDefault(name) ?? throw new GraphException($"the argument '{arg.Name}' needs the attribute '{name}', which the call does not give. Expected it.");
        GraphException Unfit(string name, string expected) => new($"the attribute '{name}' for the argument '{arg.Name}' is not {expected}. Expected {expected}.");
    }

    const int MaxArguments = 1 << 16;

    /// <summary>A value in place of one that stands for an attribute of the function.</summary>
    AttrValue Bound(AttrValue value) => value.ValueCase == Case.Placeholder && bound?.GetValueOrDefault(value.Placeholder) is { } found ? found : value;

    object Read(string name, string kind, AttrValue value) => (kind, value.ValueCase) switch
    {
        ("int", Case.I) => value.I,
        ("float", Case.F) => (double)value.F,
        ("bool", Case.B) => value.B,
        ("string", Case.S) => Text(value.S),
        ("type", Case.Type) => Type(value.Type),
        ("shape", Case.Shape) => Shape(value.Shape),
        ("tensor", Case.Tensor) => tensors.Read(value.Tensor),
        ("func", Case.Func) => Function(value.Func),
        ("ints", Case.List) when Only(value.List, value.List.I.Count) => value.List.I.ToArray(),
        ("floats", Case.List) when Only(value.List, value.List.F.Count) => value.List.F.Select(f => (double)f).ToArray(),
        ("bools", Case.List) when Only(value.List, value.List.B.Count) => value.List.B.ToArray(),
        ("strings", Case.List) when Only(value.List, value.List.S.Count) => Texts(value.List.S),
        ("types", Case.List) when Only(value.List, value.List.Type.Count) => value.List.Type.Select(Type).ToArray(),
        ("shapes", Case.List) when Only(value.List, value.List.Shape.Count) => value.List.Shape.Select(Shape).ToArray(),
        ("tensors", Case.List) when Only(value.List, value.List.Tensor.Count) => value.List.Tensor.Select(tensors.Read).ToArray(),
        ("funcs", Case.List) when Only(value.List, value.List.Func.Count) => value.List.Func.Select(Function).ToArray(),
        (_, Case.Placeholder) => throw new GraphException($"its attribute '{name}' stands for one of a function ('{value.Placeholder}'). Expected a value."),
        _ => throw new GraphException($"its attribute '{name}' is {(value.ValueCase == Case.None ? "empty" : "of the kind " + value.ValueCase.ToString().ToLowerInvariant())}. Expected {kind}."),
    };

    static bool Only(AttrValue.Types.ListValue list, int count) => count == Count(list);

    static int Count(AttrValue.Types.ListValue list) =>
        list.S.Count + list.I.Count + list.F.Count + list.B.Count + list.Type.Count + list.Shape.Count + list.Tensor.Count + list.Func.Count;

    /// <summary>An attribute that no signature describes: read by what it holds, and kept as it is where nothing of ours can hold it.</summary>
    object Own(AttrValue value) => value.ValueCase switch
    {
        Case.I => value.I,
        Case.F => (double)value.F,
        Case.B => value.B,
        Case.S => Text(value.S),
        Case.Tensor => tensors.Read(value.Tensor),
        Case.Type when Enum.IsDefined((DType)value.Type) => (DType)value.Type,
        Case.List when value.List.S.Count == Count(value.List) && value.List.S.Count > 0 => Texts(value.List.S),
        _ => value,
    };

    FunctionRef Function(NameAttrList from) => new(from.Name, All(from.Attr));

    Attrs All(IEnumerable<KeyValuePair<string, AttrValue>> attrs) => Attrs.From(attrs.ToDictionary(a => a.Key, a => Own(Bound(a.Value))));

    /// <summary>Text where the bytes are UTF-8, else the bytes.</summary>
    static object Text(ByteString from) => Utf8(from) is { } text ? text : from.ToByteArray();

    static object Texts(IEnumerable<ByteString> from)
    {
        var texts = from.Select(Utf8).ToArray();
        return Array.TrueForAll(texts, t => t is not null) ? texts : from.Select(s => s.ToByteArray()).ToArray();
    }

    static string? Utf8(ByteString from)
    {
        try
        {
            return Strict.GetString(from.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    internal static DType Type(DataType from) => Enum.IsDefined((DType)from) && from != DataType.DtInvalid ? (DType)from
        : throw new GraphException($"the type {(Enum.IsDefined(from) ? from.ToString() : (int)from)} is not supported. Expected one of {string.Join(", ", Enum.GetValues<DType>()[1..].Select(d => d.Name()))}.");

    internal static Shape Shape(TensorShapeProto from)
    {
        if (from.UnknownRank) return Autograd.Shape.Unknown;
        if (from.Dim.Count > Autograd.Shape.MaxRank) throw new GraphException($"a shape has {from.Dim.Count} dimensions. Expected at most {Autograd.Shape.MaxRank}.");
        return Autograd.Shape.Create([.. from.Dim.Select(d => d.Size)]);
    }
}
