using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Onnx;

/// <summary>
/// A program of TensorFlow's ops as one of ONNX's: what does not depend on the feeds becomes constants, ops of pictures are put channels first, transpositions are moved to the ends, and then
/// every other op becomes ONNX's.
/// </summary>
static class OnnxGraph
{
    static readonly Dictionary<string, Func<OnnxCall, Variable[]>> pictures = ChannelsFirst.Forms(), others = new(OnnxElements.Forms().Concat(OnnxArrays.Forms()));

    /// <summary>The ops that have a form in ONNX.</summary>
    public static IEnumerable<string> Ops => pictures.Keys.Union(others.Keys).Order(StringComparer.Ordinal);

    /// <exception cref="GraphException">Ops have no form in ONNX: lists all of them.</exception>
    public static Program Of(Program program, IReadOnlyList<Shape> feeds)
    {
        var problems = new List<string>();
        var bodies = new Bodies();
        program = Fixed(Specialize.For(program.With(program.Feeds, bodies.Lower), feeds));
        program = Rewritten(program, pictures, problems);
        program = Fixed(Transposes.For(program));
        var result = Rewritten(program, others, problems);
        var unknown = result.Nodes().Where(n => n.Inputs.Length > 0 && OnnxNode.Written(n) is null && !Known(n)).Select(n => $"{n.Op.Name}: it has no form there");
        string[] all = [.. problems.Concat(unknown).Distinct().Order(StringComparer.Ordinal)];
        if (all.Length > 0)
            throw new GraphException($"SaveOnnx: {all.Length} kinds of ops of '{program.Name}' cannot be written: {string.Join("; ", all)}. Expected ops of {string.Join(", ", Ops)}. Cut the net before them with NewGraph, or write it in another format.");
        return result;
    }

    /// <summary>Composite ops become what they mean, where that is no loop.</summary>
    sealed class Bodies : Lowering
    {
        protected override Variable[] Step(Node node, Variable[] inputs)
        {
            var same = base.Step(node, inputs);
            if (node.Op.Body is not { } body) return same;
            var parts = body(same[0].Node, inputs);
            var given = inputs.Select(v => v.Node).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
            return Topology.Sort(parts.Select(p => p.Node), given.Contains).Any(n => n.Op.Body is not null || FlowOps.IsFlow(n.Op)) ? same : parts;
        }
    }

    /// <summary>Whether an op has a form, of which another problem was told.</summary>
    static bool Known(Node n) => others.ContainsKey(n.Op.Name) || pictures.ContainsKey(n.Op.Name);

    /// <summary>The program over the forms of its nodes. A form that gives nothing leaves the node.</summary>
    static Program Rewritten(Program program, Dictionary<string, Func<OnnxCall, Variable[]>> forms, List<string> problems)
    {
        var nodes = program.Nodes();
        var uses = nodes.SelectMany(n => n.Inputs).Concat(program.Fetches).CountBy(v => v, ReferenceEqualityComparer.Instance as IEqualityComparer<Variable>).ToDictionary(p => p.Key, p => p.Value, ReferenceEqualityComparer.Instance as IEqualityComparer<Variable>);
        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes) done[node] = Form(node, Array.ConvertAll(node.Inputs, Find));
        return program.With(program.Feeds, Find);

        Variable Find(Variable v) => done[v.Node][v.Index];

        Variable[] Form(Node node, Variable[] inputs)
        {
            try
            {
                if (forms.TryGetValue(node.Op.Name, out var form) && node.Inputs.Length > 0 && form(new(node, inputs, uses[node[0]])) is { Length: > 0 } made) return made;
            }
            catch (GraphException e)
            {
                problems.Add($"{node.Op.Name}: {e.Message.TrimEnd('.')}");
            }
            return inputs.AsSpan().SequenceEqual(node.Inputs) ? node.Outputs : node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, node.Controls).Outputs;
        }
    }

    /// <summary>The program with everything that depends on no feed computed: weights, and what is made of them.</summary>
    static Program Fixed(Program program)
    {
        var nodes = program.Nodes();
        var still = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
            if (node.Outputs.Length > 0 && (node.Op == StateOps.Const || node.Tag is Parameter || node.Inputs.Length > 0 && !node.Op.Stateful && OnnxNode.Written(node) is null && Array.TrueForAll(node.Inputs, v => still.Contains(v.Node)))) still.Add(node);
        Variable[] ends = [.. nodes.Where(n => !still.Contains(n)).SelectMany(n => n.Inputs).Concat(program.Fetches).Where(v => still.Contains(v.Node) && v.Node.Op != StateOps.Const).Distinct(ReferenceEqualityComparer.Instance as IEqualityComparer<Variable>)];
        var values = new Dictionary<Variable, Variable>(ReferenceEqualityComparer.Instance);
        Variable[] computed = [.. ends.Where(v => v.Node.Tag is not Parameter)];
        foreach (var v in ends.Except(computed)) values[v] = Constant(((Parameter)v.Node.Tag!).Value, ((Parameter)v.Node.Tag).Path);
        if (computed.Length > 0)
        {
            using var session = Engines.Find("embedded").Compile(new() { Feeds = [], Fetches = computed });
            var results = new NDArray?[computed.Length];
            session.Run([], results);
            for (var i = 0; i < results.Length; i++) values[computed[i]] = Constant(results[i]!, computed[i].Node.Name);
        }
        var done = new Dictionary<Node, Variable[]>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
        {
            if (still.Contains(node)) continue;
            var inputs = Array.ConvertAll(node.Inputs, Find);
            done[node] = inputs.AsSpan().SequenceEqual(node.Inputs) ? node.Outputs : node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, node.Controls).Outputs;
        }
        return program.With(program.Feeds, Find);

        Variable Find(Variable v) => values.TryGetValue(v, out var value) ? value : done.TryGetValue(v.Node, out var made) ? made[v.Index] : v;
        static Variable Constant(NDArray value, string? name) => StateOps.Const.Call([], Attrs.Of(("value", value), ("dtype", value.DType)), name).Out;
    }
}
