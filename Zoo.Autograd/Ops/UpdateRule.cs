using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// A fused update of TensorFlow's in all its forms: on resource variables and on the references of TensorFlow 1, which become those when they are read; of whole variables and of some rows.
/// </summary>
/// <param name="Name">What follows Apply in the names of the ops.</param>
/// <param name="Variables">The names of the variables that it moves on.</param>
/// <param name="Inputs">The other inputs, as in a signature.</param>
/// <param name="New">The new values, from the node, the old ones and the other inputs.</param>
internal sealed record UpdateRule(string Name, string[] Variables, string Inputs, Func<Node, Variable[], Variable[], Variable[]> New)
{
    const string Locking = "use_locking:bool=false";

    /// <summary>Attributes beside the dtype.</summary>
    internal string Attrs { get; init; } = "";

    /// <summary>Whether TensorFlow has it on references.</summary>
    internal bool Old { get; init; } = true;

    /// <summary>Whether it has it of rows: where their numbers stand among the inputs.</summary>
    internal int? Rows { get; init; }

    internal IEnumerable<Op> Forms()
    {
        foreach (var rows in Rows is null ? new bool[] { false } : [false, true])
        {
            var inputs = Inputs.Split(' ').ToList();
            if (rows) (inputs[Rows!.Value - 1], _) = (inputs[Rows.Value - 1].Replace("delta", "grad", StringComparison.Ordinal), 0);
            if (rows) inputs.Insert(Rows!.Value, "indices:Tindices");
            var (name, attrs) = ($"{(rows ? "Sparse" : "")}Apply{Name}", $"{(rows ? "Tindices:index " : "")}{Locking} {Attrs}");
            var resource = new Op($"Resource{name}", $"{Typed("resource")} {string.Join(' ', inputs)} -> ; T:number {attrs}")
            {
                Shape = _ => [],
                NoGradient = Op.Discrete,
                Stateful = true,
                Assigns = rows ? OfRows : n => [.. Targets(n).Zip(New(n, [.. Targets(n).Select(t => t.Variable)], n.Inputs[Variables.Length..]))],
            };
            yield return resource;
            if (Old) yield return Reference(name, Variables.Length, $"{Typed("T")} {string.Join(' ', inputs)} -> out:T ; T:type {attrs}", resource);
        }
    }

    string Typed(string type) => string.Join(' ', Variables.Select(v => $"{v}:{type}"));

    Parameter[] Targets(Node n) => [.. Variables.Select((_, i) => StateOps.Target(n, i))];

    (Parameter, Variable)[] OfRows(Node n)
    {
        var (targets, at) = (Targets(n), Variables.Length + Rows!.Value);
        var places = Distinct.Call(n[at]);
        var rows = New(n, [.. targets.Select(t => A.Gather(t.Variable, places))], [.. n.Inputs[Variables.Length..at], .. n.Inputs[(at + 1)..]]);
        return [.. targets.Select((t, i) => (t, A.TensorScatterUpdate(t.Variable, A.ExpandDims(places, -1), rows[i])))];
    }

    /// <summary>Numbers of rows, of which none comes twice: TensorFlow updates such a row as often as it is named, and its optimizers add up what belongs to one before. No TensorFlow op.</summary>
    static readonly Op Distinct = new("_DistinctRows", "indices:T -> same:T ; T:index")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((_, x) =>
        {
            var seen = new HashSet<double>();
            for (var i = 0; i < x[0].Count; i++)
                if (!seen.Add(x[0].Number(i))) throw new EngineException($"update of rows: row {x[0].Number(i)} is named twice. Expected each once, with the sum of its gradients.");
            return [x[0]];
        }),
    };

    /// <summary>An op on references that becomes one on resources, and gives the new value of the first.</summary>
    internal static Op Reference(string name, int variables, string signature, Op resource) => new(name, signature)
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Stateful = true,
        Reads = c =>
        {
            var targets = Enumerable.Range(0, variables).Select(i => Read(c[i])).ToArray();
            var attrs = Graph.Attrs.None;
            foreach (var (key, value) in c.Attrs.All)
                if (key[0] == '_' || Array.Exists(resource.Signature.Attrs, a => a.Name == key && key is not ("validate_shape" or "T" or "dtype"))) attrs = attrs.With(key, value);
            var node = resource.Call([.. targets.Select(t => t.Variable.Node[0]), .. c.Inputs[variables..]], attrs, c.Name, targets[0], c.Controls);
            c.Is(node);
            return [node.Op.Assigns!(node)[0].Value];
        },
    };

    /// <summary>The variable whose value a reference is.</summary>
    internal static Parameter Read(Variable v)
    {
        var node = v.Node;
        while (node.Op == ArrayOps.Identity && node.Tag is null) node = node[0].Node;
        return node.Tag as Parameter ?? throw new GraphException($"what it changes comes from {node.Op.Name}. Expected a VariableV2 of the same graph.");
    }
}
