using System.Text;
using Google.Protobuf.Collections;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// The functions of a graph's library, read when something calls them: once for each set of attributes and of variables they are given. Shapes are found out where
/// a function is called. What a few functions that call each other many times may grow to is limited.
/// </summary>
internal sealed class FunctionLibrary(FunctionDefLibrary? library, Resources resources, string where)
{
    const int MaxDepth = 64, MaxNodes = 1 << 20;
    readonly Dictionary<string, FunctionDef> defs = Named(library, where);
    readonly Dictionary<(string Name, Attrs Attrs, string Resources), Function> read = [];
    readonly Dictionary<object, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<(string Name, Attrs Attrs, string Resources)> open = [];
    long spent;

    internal bool Has(string name) => defs.ContainsKey(name);

    static Dictionary<string, FunctionDef> Named(FunctionDefLibrary? library, string where)
    {
        var result = new Dictionary<string, FunctionDef>();
        foreach (var def in library?.Function ?? [])
            if (!result.TryAdd(def.Signature?.Name ?? "", def)) throw new GraphException($"{where}: the function '{def.Signature?.Name}' is given twice. Expected one of each name.");
        return result;
    }

    /// <summary>Unknown ops and functions among nodes and in the functions that they call.</summary>
    internal NodeProblems Problems(IEnumerable<NodeDef> nodes)
    {
        var problems = new NodeProblems();
        var (seen, next) = (new HashSet<string>(), new Queue<NodeDef>(nodes));
        while (next.TryDequeue(out var node))
        {
            if (!defs.ContainsKey(node.Op) && !Registry.All.ContainsKey(node.Op)) problems.AddUnknown(node);
            foreach (var name in node.Attr.Values.SelectMany(Called).Append(node.Op))
                if (defs.TryGetValue(name, out var def))
                {
                    if (!seen.Add(name) || Composite(def) is not null) continue;
                    foreach (var inner in def.NodeDef) next.Enqueue(inner);
                }
                else if (name != node.Op) problems.Add(node, $"the function '{name}' is not in the graph's library");
        }
        return problems;
    }

    static IEnumerable<string> Called(AttrValue value) => value.Func is { } one ? [one.Name] : value.List?.Func.Select(f => f.Name) ?? [];

    /// <summary>The function, for calls with arguments such as these: which variables and tables they are is part of it.</summary>
    internal Function Get(string name, Attrs attrs, IReadOnlyList<Variable> arguments)
    {
        var def = defs.GetValueOrDefault(name) ?? throw new GraphException($"the function '{name}' is not in the graph's library. Expected one of its {defs.Count}.");
        var held = new StringBuilder();
        foreach (var v in arguments)
            if (Resources.Of(v) is { } of) held.Append(',').Append(numbers.TryGetValue(of, out var number) ? number : numbers[of] = numbers.Count);
            else held.Append(v.DType == DType.Variant ? ",v" : ",");
        var key = (name, attrs, held.ToString());
        if (read.TryGetValue(key, out var known)) return known;
        if (open.Count >= MaxDepth) throw new GraphException($"functions call each other deeper than {MaxDepth}: '{name}' at last. Expected fewer.");
        if (!open.Add(key)) throw new GraphException($"the function '{name}' calls itself. Expected functions that end.");
        var function = Read(def, attrs, arguments);
        open.Remove(key);
        return read[key] = function;
    }

    Function Read(FunctionDef def, Attrs attrs, IReadOnlyList<Variable> arguments)
    {
        var name = def.Signature.Name;
        var bound = new Dictionary<string, AttrValue>();
        foreach (var attr in def.Signature.Attr)
            if (attr.DefaultValue is { } value) bound[attr.Name] = value;
        foreach (var (key, value) in attrs.All) bound[key] = AttrWriter.Write(value);
        var reader = new AttrReader(resources.Tensors, bound, resources.IsNewer);
        var inputs = new List<Variable>();
        var places = new List<Variable[]>();
        foreach (var arg in def.Signature.InputArg)
        {
            places.Add([.. reader.Types(arg).Select(declared =>
            {
                var given = inputs.Count < arguments.Count ? arguments[inputs.Count] : null;
                // a list of tensors goes by the number that stood for it in TensorFlow 1
                var dtype = given?.DType == DType.Variant && declared == DType.Float32 ? DType.Variant : declared;
                if (given is not null && given.DType != dtype) throw new GraphException($"the argument '{arg.Name}' of the function '{name}' is {given.DType.Name()}. Expected {dtype.Name()}.");
                inputs.Add(StateOps.Input(arg.Name, dtype is DType.Resource or DType.Variant ? Shape.Scalar : Shape.Unknown, dtype, given is null ? null : Resources.Of(given)));
                return inputs[^1];
            })]);
        }
        if (arguments.Count > 0 && inputs.Count != arguments.Count) throw new GraphException($"the function '{name}' has {inputs.Count} arguments, but {arguments.Count} were given. Expected as many.");
        var scope = new ScopeReader(def.NodeDef, new(def.Signature.InputArg.Select(a => a.Name), places), reader, this, resources, $"{where}: the function '{name}'");
        scope.Read();
        var outputs = def.Signature.OutputArg.SelectMany(arg => def.Ret.TryGetValue(arg.Name, out var from) ? scope.Results(from, reader.Types(arg)) : throw new GraphException($"the function '{name}' does not say what it returns as '{arg.Name}'. Expected an entry of ret.")).ToArray();
        return new(name, [.. inputs], outputs) { Effects = [.. scope.Effects] };
    }

    /// <summary>A function's results over given inputs, its nodes made again; its effects are added to a list.</summary>
    internal Variable[] Inline(Function function, IReadOnlyList<Variable> inputs, ICollection<Node> effects)
    {
        spent += function.Size;
        if (spent > MaxNodes) throw new GraphException($"its functions unfold to more than {MaxNodes} nodes, the last one '{function.Name}'. Expected fewer.");
        return function.Inline(inputs, effects);
    }

    /// <summary>The composite op, with its attributes, that a function stands for; null where it is an ordinary function, or one of another version.</summary>
    internal (Op Op, Attrs Attrs)? Composite(string name) => defs.TryGetValue(name, out var def) ? Composite(def) : null;

    (Op, Attrs)? Composite(FunctionDef def)
    {
        if (!def.Attr.TryGetValue(FunctionWriter.Composite, out var mark) || mark.S?.ToStringUtf8().Split(':') is not [var name, var version]) return null;
        if (!Registry.Composites.TryGetValue(name, out var op) || op.Kernel is null || version != $"{op.Version}") return null;
        var own = new NodeDef { Name = name, Op = name };
        foreach (var (key, value) in def.Attr)
            if (key.StartsWith(FunctionWriter.Prefix, StringComparison.Ordinal)) own.Attr[key[FunctionWriter.Prefix.Length..]] = value;
        return (op, new AttrReader(resources.Tensors, null, resources.IsNewer).Read(own, op));
    }

    /// <summary>The names of a function's outputs, each with how many values it is; null for what is no function.</summary>
    internal IEnumerable<(string Name, int Count)>? OutputsOf(string name, Attrs attrs)
    {
        if (!defs.TryGetValue(name, out var def)) return null;
        var reader = new AttrReader(resources.Tensors, attrs.All.ToDictionary(a => a.Key, a => AttrWriter.Write(a.Value)));
        return def.Signature.OutputArg.Select(arg => (arg.Name, reader.Types(arg).Length));
    }
}
