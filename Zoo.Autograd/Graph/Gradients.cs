using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Graph;

/// <summary>Reverse-mode differentiation, graph to graph: the gradient of a node is an expression over the same ops.</summary>
internal static class Gradients
{
    /// <summary>
    /// d sum(ys · grads) / d xs; null where an x does not influence the ys. Only what lies between xs and ys is differentiated, so what is
    /// frozen costs nothing.
    /// </summary>
    internal static Variable?[] Of(IReadOnlyList<Variable> ys, IReadOnlyList<Variable> xs, IReadOnlyList<Variable>? seeds = null)
    {
        var order = Topology.Sort(ys.Select(y => y.Node));
        var needed = Influenced(order, xs);
        var sums = new Dictionary<Variable, List<Variable>>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < ys.Count; i++)
        {
            if (!ys[i].DType.IsFloat() && !ys[i].DType.IsComplex())
                throw new GraphException($"Gradients: {ys[i]} is {ys[i].DType.Name()}. Expected a floating-point value to differentiate. Cast it, or leave it out.");
            Add(ys[i], seeds?[i] ?? A.OnesLike(ys[i]));
        }
        for (var i = order.Count - 1; i >= 0; i--)
            if (needed.Contains(order[i]) && order[i].Outputs.Any(sums.ContainsKey)) Back(order[i]);
        return [.. xs.Select(Total)];

        void Back(Node node)
        {
            if (node.Inputs.Length == 0) return;
            var g = Array.ConvertAll(node.Outputs, Total);
            if (node.Tag is IUpperCall call)
                throw new GraphException($"Gradients: {call.Name} is a layer call, which is not lowered yet. Use A.Gradients, which waits for that.") { Node = call.Name };
            using var scope = NodeScope.As(node.Scope is { } layer ? NodeScope.Gradient(layer) : null);
            Variable?[] back;
            if (node.Op.Grads is { } several) back = several(node, g);
            else if (node.Op.Grad is not null) back = g[0] is { } first ? Ops.ComplexOps.Gradient(node, first) : new Variable?[node.Inputs.Length];
            else if (Continuous(node)) throw new GraphException($"Gradients: {node.Op.Name} has no gradient: {node.Op.NoGradient ?? "none is defined"}. Compute {node} from values that need none, or stop the gradient with A.StopGradient.") { Node = node.Name };
            else return;
            for (var i = 0; i < node.Inputs.Length; i++)
                if (i < back.Length && back[i] is { } part && needed.Contains(node.Inputs[i].Node)) Add(node.Inputs[i], part);
        }

        // An op without gradient is an error only where the way to the xs leads through a floating-point or complex input.
        bool Continuous(Node node) => node.Op.NoGradient is null || node.Op.NoGradient != Op.Discrete && node.Inputs.Any(x => (x.DType.IsFloat() || x.DType.IsComplex()) && needed.Contains(x.Node));

        void Add(Variable v, Variable part)
        {
            if (!sums.TryGetValue(v, out var list)) sums[v] = list = [];
            list.Add(part);
        }

        Variable? Total(Variable v)
        {
            if (!sums.TryGetValue(v, out var list)) return null;
            if (list.Count > 1)
            {
                var sum = list.Count == 2 ? list[0] + list[1] : A.AddN([.. list]);
                list.Clear();
                list.Add(sum);
            }
            return list[0];
        }
    }

    static HashSet<Node> Influenced(List<Node> order, IReadOnlyList<Variable> xs)
    {
        var result = new HashSet<Node>(xs.Select(x => x.Node), ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            if (Array.Exists(node.Inputs, input => result.Contains(input.Node))) result.Add(node);
        return result;
    }
}
