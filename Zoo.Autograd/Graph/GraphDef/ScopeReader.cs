using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>The names and values of a function's arguments.</summary>
internal sealed record Arguments(IEnumerable<string> Names, IReadOnlyList<Variable[]> Values);

/// <summary>
/// Makes our nodes of those of one scope, a graph or a function's body. A call within a function becomes the nodes of what it calls; loops and branches of
/// TensorFlow 1 become While and If (<see cref="FlowReader"/>).
/// </summary>
internal sealed class ScopeReader
{
    // Up to this producer a Placeholder's scalar shape said that nothing is known.
    const int ScalarMeansUnknown = 21;
    readonly IReadOnlyList<NodeDef> defs;
    readonly Arguments? arguments;
    readonly AttrReader attrs;
    readonly FunctionLibrary functions;
    readonly Resources resources;
    readonly NodeInputs inputs;
    readonly FlowReader flow;
    readonly Dictionary<string, int> numbers = [];
    readonly Variable[]?[] values;
    readonly Node?[] nodes;
    readonly string where;

    internal ScopeReader(IReadOnlyList<NodeDef> defs, Arguments? arguments, AttrReader attrs, FunctionLibrary functions, Resources resources, string where)
    {
        (this.defs, this.arguments, this.attrs, this.functions, this.resources, this.where) = (defs, arguments, attrs, functions, resources, where);
        inputs = NodeInputs.Of(defs, arguments?.Names.ToArray(), functions, where);
        flow = new(defs, inputs, at => nodes![at]);
        (values, nodes) = (new Variable[defs.Count][], new Node[defs.Count]);
        for (var i = 0; i < defs.Count; i++) numbers[defs[i].Name] = i;
    }

    /// <summary>Whether the file is of a version that wrote scalar placeholders for unknown shapes.</summary>
    internal bool IsOld { get; init; }

    /// <summary>What nodes of the scope do beside giving values.</summary>
    internal List<Node> Effects { get; } = [];

    /// <summary>The nodes that stand alone, in the file's order: those of loops and branches are in functions.</summary>
    internal Node[] Nodes => [.. Enumerable.Range(0, defs.Count).Where(i => !flow.IsInner(i)).Select(i => nodes[i]).OfType<Node>().Where(n => n.Name is not null).DistinctBy(n => n.Name)];

    /// <summary>The values of each node's outputs.</summary>
    internal Dictionary<string, Variable[]> Values => Enumerable.Range(0, defs.Count).Where(i => values[i] is not null).ToDictionary(i => defs[i].Name, i => values[i]!);

    internal void Read()
    {
        foreach (var at in inputs.Order)
        {
            var def = defs[at];
            try
            {
                Make(at, def);
            }
            // A shape rule may meet what no graph built by code has: sizes that overflow, lists too short.
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or ArithmeticException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException)
            {
                throw new GraphException($"{where}: the node '{def.Name}' ({def.Op}) cannot be read: {e.Message}", e) { Node = def.Name };
            }
        }
    }

    void Make(int at, NodeDef def)
    {
        var given = new List<Variable>();
        foreach (var edge in inputs[at])
            if (!edge.IsControl && !inputs.IsNextRound(at, edge)) given.AddRange(Of(edge));
        var controls = inputs[at].Where(e => e is { IsControl: true, Node: >= 0 }).Select(e => nodes[e.Node]).OfType<Node>().ToArray();
        // in loops and choices control dependencies say where a node belongs; what is left of them leads to checks
        if (flow.IsInner(at)) controls = Array.FindAll(controls, c => c.Outputs.Length == 0);
        if (flow.Make(at, given) is { } flowing) values[at] = flowing;
        else
        {
            values[at] = Make(def, [.. given], controls, at);
            flow.Note(at);
        }
        if (values[at] is [var first, ..] && nodes[at] is null) nodes[at] = arguments is null && !flow.IsInner(at) && first.Node.Name != def.Name ? (values[at] = [ArrayOps.Identity.Call([first], Attrs.None, def.Name).Out, .. values[at]![1..]])[0].Node : first.Node;
        if (nodes[at] is { } node && (node.Op.Effect || node.Op.Assigns is not null)) Effects.Add(node);
    }

    Variable[] Make(NodeDef def, Variable[] given, Node[] controls, int at)
    {
        if (functions.Has(def.Op)) return Call(FlowOps.PartitionedCall, def, new(def.Op, attrs.Read(def)), given, controls, at);
        var op = Registry.Get(def.Op);
        var read = attrs.Read(def, op);
        if (FlowOps.IsCall(op)) return Call(op, def, read.Get<FunctionRef>("f"), given, controls, at);
        if (op == StateOps.Placeholder && IsOld && read["shape"] is Shape { HasRank: true, Rank: 0 }) read = read.With("shape", Shape.Unknown);
        if (op == StateOps.Const && read["value"] is NDArray value && read["dtype"] is DType dtype && value.DType != dtype)
            throw new GraphException($"its value is {value.DType.Name()}. Expected {dtype.Name()}, which its attribute dtype says.");
        // the number that stands for a list of tensors in TensorFlow 1 is the list itself here
        if (op == ArrayOps.Identity && given is [{ DType: DType.Variant }]) read = read.Without("T");
        if (op.Reads is { } rule) return rule(new(def.Name, read, given, resources, controls, node => nodes[at] = node));
        read = WithFunctions(op, read, given);
        var node = nodes[at] = op.Call(given, read, def.Name, resources.For(op, def.Name, read, given), controls);
        TableOps.Fill(node);
        return node.Outputs;
    }

    /// <summary>A call: as a node in a graph, so that it can be written again; in functions as what it calls.</summary>
    Variable[] Call(Op op, NodeDef def, FunctionRef function, Variable[] given, Node[] controls, int at)
    {
        if (functions.Composite(function.Name) is var (composite, own))
            return (nodes[at] = composite.Call(given, WithFunctions(composite, own, []), def.Name, null, controls)).Outputs;
        var body = functions.Get(function.Name, function.Attrs, given);
        if (given.Length != body.Inputs.Length) throw new GraphException($"{given.Length} values are given to the function '{function.Name}'. Expected {body.Inputs.Length}.");
        if (arguments is not null && !flow.IsInner(at)) return functions.Inline(body, given, Effects);
        return (nodes[at] = op.Call(given, Attrs.Of(("f", function with { Body = body }), ("Tout", Array.ConvertAll(body.Outputs, o => o.DType))), def.Name, null, controls)).Outputs;
    }

    /// <summary>The attributes with the functions they name.</summary>
    Attrs WithFunctions(Op op, Attrs read, Variable[] given)
    {
        var first = op.Signature.Inputs.Count(i => !i.IsTypeList);   // what chooses among the functions is not given to them
        Variable[] passed = given.Length >= first ? given[first..] : [];
        foreach (var attr in op.Signature.Attrs)
        {
            if (attr.Kind is not ("func" or "funcs")) continue;
            FunctionRef With(FunctionRef f) => f with { Body = functions.Get(f.Name, f.Attrs, passed) };
            FunctionRef last;
            if (read[attr.Name] is FunctionRef one) read = read.With(attr.Name, last = With(one));
            else if (read[attr.Name] is FunctionRef[] { Length: > 0 } list)
            {
                list = Array.ConvertAll(list, With);
                (read, last) = (read.With(attr.Name, list), list[^1]);
            }
            else throw new GraphException($"its attribute '{attr.Name}' names no function. Expected one.");
            if (op.Body is null && op.Signature.Outputs is [{ IsTypeList: true, TypeAttr: "Tout" }]) read = read.With("Tout", Array.ConvertAll(last.Body!.Outputs, o => o.DType));
        }
        return read;
    }

    /// <summary>The values of an input: one, or all of an argument or an output that is a list.</summary>
    Variable[] Of(NodeInputs.Edge edge)
    {
        var (name, all) = edge.Node < 0 ? (arguments!.Names.ElementAt(~edge.Node), arguments.Values[~edge.Node]) : (defs[edge.Node].Name, values[edge.Node] ?? []);
        if (edge.Node >= 0 && edge.Output is not null) all = Part(edge, all);
        if (edge.Index is not { } index) return all;
        return index < all.Length ? [all[index]] : throw new GraphException($"its input '{name}:{(edge.Output is null ? "" : edge.Output + ":")}{index}' does not exist: {(edge.Node < 0 ? "that argument" : edge.Output is null ? defs[edge.Node].Op : "that output")} has {all.Length} {(edge.Node < 0 || edge.Output is not null ? "values" : "outputs")}.");
    }

    /// <summary>The values of an output that is given by its name.</summary>
    Variable[] Part(NodeInputs.Edge edge, Variable[] all)
    {
        var def = defs[edge.Node];
        IEnumerable<(string Name, int Count)> outputs = functions.OutputsOf(def.Op, attrs.Read(def)) ?? Registry.Get(def.Op).Signature.Outputs.Select(arg => (arg.Name, arg.IsTypeList ? arg.TypeAttr is { } types && attrs.Read(def, Registry.Get(def.Op))[types] is DType[] list ? list.Length : all.Length : arg.NumberAttr is { } number && attrs.Read(def)[number] is long n ? (int)n : 1));
        var first = 0;
        foreach (var (name, count) in outputs)
        {
            if (name == edge.Output) return first + count <= all.Length ? all[first..(first + count)] : throw new GraphException($"its input '{def.Name}:{edge.Output}' has {count} values, but the node has {all.Length} in all. Expected its attributes to say how many there are.");
            first += count;
        }
        throw new GraphException($"its input '{def.Name}:{edge.Output}' does not exist: {def.Op} has no output of that name.");
    }

    /// <summary>What a function returns under a name.</summary>
    internal Variable[] Results(string from, DType[] types)
    {
        if (NodeInputs.Parse(from, inFunction: true) is not (var name, var output, var index, false)) throw new GraphException($"{where}: its result '{from}' has no known form. Expected name:output:1.");
        var argument = Array.IndexOf(arguments!.Names.ToArray(), name);
        if (argument < 0 && !numbers.ContainsKey(name)) throw new GraphException($"{where}: its result '{from}' does not exist. Expected one of its nodes.");
        var found = Of(new(argument >= 0 ? ~argument : numbers[name], index, output, false));
        return found.Length == types.Length ? found : throw new GraphException($"{where}: its result '{from}' is {found.Length} values. Expected {types.Length}.");
    }
}
