using System.Security.Cryptography;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>Writes functions into a graph's library. A name ends with a hash of the contents, so that equal functions are one and others never meet.</summary>
internal sealed class FunctionWriter(Func<FunctionDefLibrary> library)
{
    /// <summary>Attributes of a composite's function: the op with its version, and the op's own attributes behind a prefix.</summary>
    internal const string Composite = "_zoo_op", Prefix = "_zoo_attr_";
    readonly Dictionary<Function, string> names = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> known = [];

    /// <summary>Names of functions that the library has already: what is called by one of them is not written again.</summary>
    internal IReadOnlySet<string> Kept { get; init; } = new HashSet<string>();

    /// <summary>An attribute's value with functions written and named.</summary>
    internal AttrValue Attr(object value) => AttrWriter.Write(value switch
    {
        FunctionRef one => Named(one),
        FunctionRef[] list => Array.ConvertAll(list, Named),
        _ => value,
    });

    FunctionRef Named(FunctionRef f) => f.Body is { } body && !Kept.Contains(f.Name) ? new(Name(body), Attrs.None) : f;

    internal string Name(Function function) => names.TryGetValue(function, out var name) ? name : names[function] = Add(function.Name, Define(function));

    /// <summary>A composite op as a call of its body.</summary>
    internal void Call(NodeDef def, Node node)
    {
        var inputs = Array.ConvertAll(node.Inputs, v => Function.Input("x", v.Shape, v.DType));
        var body = Define(new(node.Op.Name.TrimStart('_'), inputs, node.Op.Body!(node, inputs)));
        body.Attr[Composite] = AttrWriter.Write($"{node.Op.Name}:{node.Op.Version}");
        foreach (var (key, value) in node.Attrs.All) body.Attr[Prefix + key] = Attr(value);
        def.Op = "PartitionedCall";
        def.Attr["Tin"] = AttrWriter.Write((object)Array.ConvertAll(node.Inputs, v => v.DType));
        def.Attr["Tout"] = AttrWriter.Write((object)Array.ConvertAll(node.Outputs, v => v.DType));
        def.Attr["f"] = AttrWriter.Write(new FunctionRef(Add(node.Op.Name.TrimStart('_'), body), Attrs.None));
        foreach (var text in (string[])["config", "config_proto", "executor_type"]) def.Attr[text] = AttrWriter.Write("");
    }

    string Add(string wish, FunctionDef def)
    {
        var name = $"{GraphDefWriter.Clean(wish)}_{Convert.ToHexStringLower(SHA256.HashData(def.ToByteArray()).AsSpan(0, 8))}";
        def.Signature.Name = name;
        if (known.Add(name)) library().Function.Add(def);
        return name;
    }

    FunctionDef Define(Function function)
    {
        var program = Portable.For(new() { Name = function.Name, Feeds = function.Inputs, Fetches = function.Outputs, Effects = function.Effects });
        var def = new FunctionDef { Signature = new() };
        var written = new Dictionary<Node, string>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<string>();
        foreach (var input in function.Inputs)
        {
            written[input.Node] = Unique("arg");
            def.Signature.InputArg.Add(new OpDef.Types.ArgDef { Name = written[input.Node], Type = (DataType)input.DType });
        }
        foreach (var node in program.Nodes())
        {
            if (written.ContainsKey(node)) continue;
            written[node] = Unique(GraphDefWriter.Clean(node.Name ?? node.Op.Name).Replace('/', '_'));
            def.NodeDef.Add(NodeWriter.Write(node, n => written[n], Port, this));
            def.Signature.IsStateful |= node.Op.Stateful && node.Outputs.Any(o => o.DType == DType.Resource);
        }
        for (var i = 0; i < program.Fetches.Length; i++)
        {
            var name = Unique("result");
            def.Signature.OutputArg.Add(new OpDef.Types.ArgDef { Name = name, Type = (DataType)program.Fetches[i].DType });
            def.Ret[name] = Port(program.Fetches[i]);
        }
        foreach (var effect in program.Effects)
        {
            def.Signature.ControlOutput.Add(written[effect]);
            def.ControlRet[written[effect]] = written[effect];
            def.Signature.IsStateful = true;
        }
        return def;

        string Unique(string wish)
        {
            var name = wish;
            for (var n = 1; !taken.Add(name); n++) name = $"{wish}_{n}";
            return name;
        }

        string Port(Variable v) => Array.Exists(function.Inputs, i => i.Node == v.Node) ? written[v.Node] : $"{written[v.Node]}:{Output(v)}";
    }

    /// <summary>The name of an output as functions want it: the argument's, and the number within it.</summary>
    static string Output(Variable v)
    {
        var (node, index) = (v.Node, v.Index);
        if (node.Op.Body is not null) return $"output:{index}";
        foreach (var arg in node.Op.Signature.Outputs)
        {
            var count = arg.NumberAttr is { } number ? (int)node.Int(number) : arg.IsTypeList ? node.Attrs.Get<DType[]>(arg.TypeAttr!).Length : 1;
            if (index < count) return $"{arg.Name}:{index}";
            index -= count;
        }
        throw new GraphException($"{node.Op.Name}: it has no output {v.Index}.");
    }
}
