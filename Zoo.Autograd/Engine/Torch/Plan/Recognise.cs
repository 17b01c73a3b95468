using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Patterns of nodes for which the embedded engine has one kernel: rewritten as the engine's own ops (<see cref="FusedConv"/>, <see cref="FusedPool"/>, <see cref="SummedRows"/>, <see cref="Expand"/>), which no
/// graph outside ever holds.
/// </summary>
internal sealed class Recognise
{
    readonly Program program;
    readonly Uses uses;
    readonly Dictionary<Node, Rewrite> rewrites = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<Node> covered = new(ReferenceEqualityComparer.Instance);

    /// <summary>A new node in place of several; made where the first of them stood.</summary>
    sealed record Rewrite(Op Op, Variable[] Inputs, Attrs Attrs, (Variable Old, int Output)[] Results);

    Recognise(Program program) => (this.program, uses) = (program, new(program));

    /// <summary>The program with its patterns rewritten.</summary>
    internal static Program For(Program program) => new Recognise(program).Run();

    Program Run()
    {
        foreach (var node in uses.Nodes)
        {
            if (covered.Contains(node)) continue;
            if (node.Op == NNOps.BiasAdd) Bias(node);
            else if (node.Op == NNOps.ReluGrad && ProductBefore(node) is { } product) Replace(node, Product.Back, [product[0], product[1], node[1]], Form(product, node), (node.Out, 0), product);
            else if (node.Op == ConvOps.Two.BackpropFilter) ConvolutionBackward(node);
            else if (node.Op == PoolOps.MaxPool) MaxPool(node);
            else if (node.Op == IndexOps.UnsortedSegmentSum && SummedRows.Fits(node) && SummedRows.Form(node) is var form) Replace(node, SummedRows.Op, form.Inputs, form.Attrs, (node.Out, 0), node);
            else if (node.Op == ArrayOps.BroadcastTo && Expand.Fits(node)) Replace(node, Expand.Op, [node[0]], Attrs.Of(("to", node.Out.Shape)), (node.Out, 0), node);
        }
        return rewrites.Count == 0 ? program : Rebuild();
    }

    /// <summary>Of a convolution, or of a product, where the same call does a Relu behind it too.</summary>
    void Bias(Node bias)
    {
        var before = bias[0].Node;
        if (before.Op == ConvOps.Conv2D && OnlyUser(before.Out, bias) && !covered.Contains(before)) Replace(bias, FusedConv.Biased, [before[0], before[1], bias[1]], before.Attrs, (bias.Out, 0), before);
        if (ProductBefore(bias) is not { } product || product.Out.Shape[1] != bias[1].Shape[0]) return;
        var relu = uses.Of(bias.Out).Find(n => n.Op == NNOps.Relu && OnlyUser(bias.Out, n));
        Replace(relu ?? bias, Product.Biased, [product[0], product[1], bias[1]], Form(product, bias).With(("relu", relu is not null)), ((relu ?? bias).Out, 0), product);
        covered.Add(bias);
    }

    /// <summary>A product of ours that goes nowhere else than to a node, as it is or reshaped.</summary>
    Node? ProductBefore(Node node)
    {
        var (v, user) = node[0].Node.Op == ArrayOps.Reshape && OnlyUser(node[0], node) ? (node[0].Node[0], node[0].Node) : (node[0], node);
        return v.Node.Op == LinearOps.MatMul && Product.Fits(v.Node) && OnlyUser(v, user) && !covered.Contains(v.Node) ? v.Node : null;
    }

    static Attrs Form(Node product, Node end) => Attrs.Of(("to", end.Out.Shape), ("transpose_a", product.Flag("transpose_a")), ("transpose_b", product.Flag("transpose_b")));

    void ConvolutionBackward(Node filter)
    {
        var (x, g) = (filter[0], filter[2]);
        var input = uses.Of(g).Find(n => n.Op == ConvOps.Two.BackpropInput && ReferenceEquals(n[2], g) && !covered.Contains(n) && n.Out.Shape == x.Shape && n[1].Shape == filter.Out.Shape && n.Attrs.Equals(filter.Attrs));
        var bias = uses.Of(g).Find(n => n.Op == NNOps.BiasAddGrad && !covered.Contains(n));
        if (input is null && bias is null) return;
        Node[] members = [.. new[] { filter, input, bias }.OfType<Node>().OrderBy(n => uses.Position(n))];
        var weight = input?[1];
        if (Late(x, members[0]) || weight is not null && Late(weight, members[0])) return;
        var results = new List<(Variable, int)> { (filter.Out, 1) };
        if (input is not null) results.Add((input.Out, 0));
        if (bias is not null) results.Add((bias.Out, 2));
        var attrs = filter.Attrs.With(("filter", filter.Out.Shape), ("input", input is not null), ("bias", bias is not null));
        rewrites[members[0]] = new(FusedConv.Backward, [g, x, weight ?? x], attrs, [.. results]);
        covered.UnionWith(members);
    }

    void MaxPool(Node pool)
    {
        var gradients = uses.Of(pool.Out).Where(n => n.Op == PoolOps.Two.MaxGrad && ReferenceEquals(n[1], pool.Out) && ReferenceEquals(n[0], pool[0]) && n.Attrs.Get<string>("padding") == pool.Text("padding")
            && n.Ints("ksize").SequenceEqual(pool.Ints("ksize")) && n.Ints("strides").SequenceEqual(pool.Ints("strides"))).ToArray();
        if (gradients.Length == 0 || !FusedPool.Fits(pool)) return;
        rewrites[pool] = new(FusedPool.Indexed, [pool[0]], pool.Attrs, [(pool.Out, 0)]);
        covered.Add(pool);
        foreach (var grad in gradients)
        {
            rewrites[grad] = new(FusedPool.Scatter, [pool.Out, grad[2]], pool.Attrs.With(("input", pool[0].Shape)), [(grad.Out, 0)]);
            covered.Add(grad);
        }
    }

    void Replace(Node node, Op op, Variable[] inputs, Attrs attrs, (Variable, int) result, Node absorbed)
    {
        rewrites[node] = new(op, inputs, attrs, [result]);
        covered.Add(node);
        covered.Add(absorbed);
    }

    bool OnlyUser(Variable v, Node user) => uses.Of(v).TrueForAll(n => ReferenceEquals(n, user)) && !uses.IsWanted(v);

    /// <summary>Whether a value is not there yet where a node stands.</summary>
    bool Late(Variable v, Node at) => v.Node.Tag is not Parameter && uses.Position(v.Node) > uses.Position(at);

    Program Rebuild()
    {
        var done = new Dictionary<Variable, Variable>(ReferenceEqualityComparer.Instance);
        var made = new Dictionary<Variable, Node>(ReferenceEqualityComparer.Instance);
        foreach (var node in uses.Nodes)
        {
            if (rewrites.TryGetValue(node, out var rewrite))
            {
                var inputs = Array.ConvertAll(rewrite.Inputs, New);
                if (rewrite.Op == FusedPool.Scatter) inputs[0] = inputs[0].Node.Outputs[1];
                var fused = rewrite.Op.Call(inputs, rewrite.Attrs, rewrite.Results[0].Old.Node.Name);
                foreach (var (old, output) in rewrite.Results) done[old] = fused.Outputs[output];
            }
            else if (!covered.Contains(node) && node.Inputs.Any(v => !ReferenceEquals(New(v), v)))
            {
                var again = node.Op.Call(Array.ConvertAll(node.Inputs, New), node.Attrs, node.Name, node.Tag);
                for (var i = 0; i < node.Outputs.Length; i++) done[node.Outputs[i]] = again.Outputs[i];
            }
        }
        return program.With(program.Feeds, New);

        Variable New(Variable v) => done.GetValueOrDefault(v, v);
    }
}
