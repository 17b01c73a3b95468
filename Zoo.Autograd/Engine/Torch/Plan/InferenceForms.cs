using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Convolutions whose filters hold from run to run, with what follows them: factors and summands of channels (bias, batch normalization) go into filter and bias, then a sum with another value and an
/// activation are part of the call. The values of folded weights follow the Parameters (<see cref="Settlement"/>).
/// </summary>
internal sealed class InferenceForms
{
    readonly Program program;
    readonly Uses uses;
    readonly HashSet<Node> settled = new(ReferenceEqualityComparer.Instance), covered = new(ReferenceEqualityComparer.Instance);

    /// <summary>By the last node of a chain: what makes its result.</summary>
    readonly Dictionary<Node, Chain> chains = new(ReferenceEqualityComparer.Instance);

    sealed class Chain
    {
        internal required Node Product;
        internal required Variable End;
        internal Variable? Factor, Summand, Other;
        internal Node? Sum;
        internal string Activation = "none";
    }

    InferenceForms(Program program)
    {
        (this.program, uses) = (program, new(program));
        var written = program.Updates.Select(u => u.Target).ToHashSet();
        foreach (var node in uses.Nodes)
        {
            if (node.Op == StateOps.Const || node.Tag is Parameter p && !written.Contains(p) || node.Inputs.Length > 0 && node.Tag is not Parameter && !node.Op.Stateful && Array.TrueForAll(node.Inputs, v => settled.Contains(v.Node))) settled.Add(node);
        }
    }

    /// <summary>The program with its chains rewritten.</summary>
    internal static Program For(Program program) => InferenceConv.IsThere && program.Nodes().Any(n => n.Op == ConvOps.Conv2D) ? new InferenceForms(program).Run() : program;

    Program Run()
    {
        foreach (var node in uses.Nodes)
            if (node.Op == ConvOps.Conv2D && node.Out.DType == DType.Float32 && settled.Contains(node[1].Node) && !settled.Contains(node[0].Node) && node.Out.Shape.Elements > 0) Follow(node);
        return chains.Count == 0 ? program : Rebuild();
    }

    void Follow(Node product)
    {
        var chain = new Chain { Product = product, End = product.Out };
        while (chain.Activation == "none" && !uses.IsWanted(chain.End) && uses.Of(chain.End) is [var user] && !covered.Contains(user) && Absorbs(chain, user))
        {
            covered.Add(user);
            chain.End = user.Out;
        }
        chains[chain.End.Node] = chain;
        covered.Add(product);
    }

    /// <summary>Whether a node becomes part of a chain, whose only user it is.</summary>
    bool Absorbs(Chain chain, Node user)
    {
        if (user.Op == NNOps.Relu)
        {
            chain.Activation = "relu";
            return true;
        }
        if (chain.Other is not null || user.Inputs.Count(v => ReferenceEquals(v, chain.End)) != 1) return false;
        if (user.Op == NormOps.FusedBatchNorm) return Normalizes(chain, user);
        if (user.Inputs.Length != 2) return false;
        var first = ReferenceEquals(user[0], chain.End);
        var other = user[first ? 1 : 0];
        if (user.Op == MathOps.Add || user.Op == NNOps.BiasAdd || user.Op == MathOps.Sub && first)
        {
            if (Channels(chain, other) is { } summand) chain.Summand = user.Op == MathOps.Sub ? chain.Summand is null ? -summand : chain.Summand - summand : chain.Summand is null ? summand : chain.Summand + summand;
            else if (user.Op == MathOps.Add && other.Shape == chain.End.Shape && !settled.Contains(other.Node)) (chain.Other, chain.Sum) = (other, user);
            else return false;
            return true;
        }
        if (Channels(chain, other) is not { } factor || user.Op != MathOps.Mul && !(user.Op == MathOps.RealDiv && first)) return false;
        Multiply(chain, user.Op == MathOps.Mul ? factor : 1 / factor);
        return true;
    }

    bool Normalizes(Chain chain, Node norm)
    {
        if (norm.Flag("is_training") || !ReferenceEquals(norm[0], chain.End) || norm.Inputs[1..].Any(v => !settled.Contains(v.Node)) || norm.Outputs[1..].Any(v => uses.IsWanted(v) || uses.Of(v).Count > 0)) return false;
        var factor = norm[1] * A.Rsqrt(norm[4] + norm.Float("epsilon"));
        Multiply(chain, factor);
        var summand = norm[2] - norm[3] * factor;
        chain.Summand = chain.Summand is null ? summand : chain.Summand + summand;
        return true;
    }

    /// <summary>Whether what is added has memory of its own that nobody reads any more when the product is made: all its other users are what the product is made of.</summary>
    bool TakesPlace(Chain chain)
    {
        if (chain.Other is not { } other || uses.IsWanted(other) || !chains.ContainsKey(other.Node) && !other.Node.IsPointwise) return false;
        var readers = uses.Of(other).Where(u => !ReferenceEquals(u, chain.Sum)).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
        if (readers.Any(u => u.Op != ConvOps.Conv2D && !u.IsPointwise)) return false;   // it may be seen through a view
        var (seen, stack) = (new HashSet<Node>(ReferenceEqualityComparer.Instance), new Stack<Node>([chain.Product]));
        while (readers.Count > 0 && stack.TryPop(out var node))
            foreach (var input in node.Inputs)
                if (uses.Position(input.Node) > uses.Position(other.Node) && seen.Add(input.Node))
                {
                    readers.Remove(input.Node);
                    stack.Push(input.Node);
                }
        return readers.Count == 0;
    }

    static void Multiply(Chain chain, Variable factor) => (chain.Factor, chain.Summand) = (chain.Factor is null ? factor : chain.Factor * factor, chain.Summand is null ? null : chain.Summand * factor);

    /// <summary>A value that holds, one for each channel, as a vector; else null.</summary>
    Variable? Channels(Chain chain, Variable v)
    {
        if (!settled.Contains(v.Node) || v.DType != DType.Float32 || v.Shape.Rank > chain.End.Shape.Rank) return null;
        var channels = chain.End.Shape[^1];
        return v.Shape.Elements == 1 ? A.BroadcastTo(A.Reshape(v, [1]), A.Ints((int)channels)) : v.Shape.Elements == channels && v.Shape[^1] == channels ? A.Reshape(v, [channels]) : null;
    }

    Program Rebuild()
    {
        var done = new Dictionary<Variable, Variable>(ReferenceEqualityComparer.Instance);
        foreach (var node in uses.Nodes)
        {
            if (chains.TryGetValue(node, out var chain)) done[chain.End] = Make(chain);
            else if (!covered.Contains(node) && node.Inputs.Any(v => !ReferenceEquals(New(v), v)))
            {
                var again = node.Op.Call(Array.ConvertAll(node.Inputs, New), node.Attrs, node.Name, node.Tag);
                for (var i = 0; i < node.Outputs.Length; i++) done[node.Outputs[i]] = again.Outputs[i];
            }
        }
        return program.With(program.Feeds, New);

        Variable Make(Chain chain)
        {
            var (product, filter) = (chain.Product, New(chain.Product[1]));
            if (chain.Factor is not null) filter *= chain.Factor;
            Variable[] inputs = [New(product[0]), filter, .. new[] { chain.Summand, chain.Other is null ? null : New(chain.Other) }.OfType<Variable>()];
            return InferenceConv.Convolution.Call(inputs, product.Attrs.With(("activation", chain.Activation), ("B", chain.Summand is null ? 0 : 1), ("O", chain.Other is null ? 0 : 1), ("over", TakesPlace(chain))), chain.End.Node.Name ?? product.Name).Out;
        }

        Variable New(Variable v) => done.GetValueOrDefault(v, v);
    }
}
