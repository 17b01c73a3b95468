using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>What a file's nodes hold beside values: variables, which become Parameters, and tables. A graph and its functions share them, by container and name.</summary>
internal sealed class Resources(string where, bool isNewer = false)
{
    readonly Dictionary<string, Parameter> parameters = [];
    readonly Dictionary<string, LookupTable> tables = [];

    /// <summary>Whether a newer TensorFlow than the one our ops are of wrote the file.</summary>
    internal bool IsNewer => isNewer;

    internal TensorReader Tensors { get; } = new();

    internal Parameter[] Parameters => [.. parameters.Values];

    /// <summary>The Parameter or table whose handle a value is; null for others.</summary>
    internal static object? Of(Variable v)
    {
        while (v.DType == DType.Resource)
        {
            if (v.Node.Tag is { } tag) return tag;
            // these pass handles on as they are
            if (v.Node.Op != FlowOps.WhileOp && v.Node.Op != FlowOps.StatelessWhile && v.Node.Op != ArrayOps.Identity) return null;
            v = v.Node[v.Index];
        }
        return null;
    }

    /// <summary>What a node stands for: the variable or table that it declares, passes on, or works on.</summary>
    internal object? For(Op op, string name, Attrs read, Variable[] values)
    {
        if (op == StateOps.VarHandleOp) return Declare(name, read);
        if (TableOps.IsHandle(op)) return Table(name, read);
        if (read["seed"] is long seed && read["seed2"] is long more && op.Stateful) return new SeededOps.Generator(seed, more);
        if (values.Length == 0 || values[0].DType != DType.Resource || FlowOps.IsFlow(op)) return null;
        return Of(values[0]) ?? throw new GraphException($"what it uses comes from {values[0].Node.Op.Name}. Expected a VarHandleOp or a HashTableV2 in the same graph.");
    }

    LookupTable Table(string node, Attrs read)
    {
        var name = Shared(node, read);
        if (read["key_dtype"] is not DType keys || read["value_dtype"] is not DType values) throw new GraphException("a table lacks its dtypes. Expected the attributes key_dtype and value_dtype.");
        if (keys != DType.String && !keys.IsInteger()) throw new GraphException($"a table has keys of {keys.Name()}. Expected strings or whole numbers.");
        return tables.TryGetValue(name, out var table) ? table : tables[name] = new(keys, values, node);
    }

    internal Parameter Declare(string node, Attrs read)
    {
        var key = Shared(node, read);
        var name = key[(key.IndexOf('\0') + 1)..];
        if (read["dtype"] is not DType dtype || read["shape"] is not Shape shape) throw new GraphException("a variable lacks its dtype or shape. Expected both attributes.");
        if (!shape.IsKnown) throw new GraphException($"the variable '{name}' has the shape {shape}. Expected a known size for each dimension.");
        if (!parameters.TryGetValue(key, out var parameter))
        {
            parameter = new(name[(name.LastIndexOf('/') + 1)..], shape, dtype, () => throw new GraphException($"{where}: the variable '{name}' has no value, for graphs hold none. Set Parameter.Value, or read a training step with its init."), read["_zoo_trainable"] is true) { Path = name };
            parameters[key] = parameter;
        }
        else if (parameter.Shape != shape || parameter.DType != dtype)
            throw new GraphException($"the variable '{name}' is {dtype.Name()} {shape} here and {parameter.DType.Name()} {parameter.Shape} elsewhere. Expected one dtype and shape.");
        return parameter;
    }

    static string Shared(string node, Attrs read) => $"{read["container"]}\0{(read["shared_name"] is string { Length: > 0 } shared ? shared : node)}";
}
