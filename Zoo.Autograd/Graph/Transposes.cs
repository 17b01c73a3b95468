using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Graph;

/// <summary>
/// A pass that moves transpositions towards the results, through element-wise ops, reductions, joins and paddings, until one meets its inverse and both go: a net whose layers are channels
/// first, each transposing at its border, keeps those at its ends. One that moves axes of size 1 only becomes a reshape. The program stays as it is where that saves none.
/// </summary>
internal sealed class Transposes
{
    // An operand that broadcasts is transposed itself; it must be small beside the result.
    const int Smaller = 4;

    readonly Program program;
    readonly Dictionary<Variable, Late> values = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Variable, Variable> made = new(ReferenceEqualityComparer.Instance);

    /// <summary>A value as the transposition, still to be done, of another; without an order it is that other.</summary>
    readonly record struct Late(Variable Base, int[]? Order);

    Transposes(Program program) => this.program = program;

    /// <summary>The program with fewer transpositions, or as it is.</summary>
    internal static Program For(Program program)
    {
        var before = Count(program);
        if (before == 0) return program;
        var moved = new Transposes(program).Run();
        return Count(moved) < before ? moved : program;
    }

    /// <summary>How many transpositions a program does.</summary>
    internal static int Count(Program program) => program.Nodes().Count(n => n.Op == ArrayOps.Transpose);

    Program Run()
    {
        foreach (var node in program.Nodes()) Visit(node);
        return program.With(program.Feeds, Now);
    }

    void Visit(Node node)
    {
        if (node.Inputs.Length == 0 || !Moves(node)) Keep(node);
    }

    /// <summary>The node over values that are there.</summary>
    void Keep(Node node)
    {
        var inputs = Array.ConvertAll(node.Inputs, Now);
        var same = inputs.Zip(node.Inputs, ReferenceEquals).All(equal => equal) ? node : node.Op.Call(inputs, node.Attrs, node.Name, node.Tag, node.Controls);
        for (var i = 0; i < node.Outputs.Length; i++) values[node.Outputs[i]] = new(same.Outputs[i], null);
    }

    bool Moves(Node node)
    {
        if (node.Op == ArrayOps.Transpose) return Transpose(node);
        if (node.Controls.Length > 0 || node.Outputs.Length != 1 || !Array.Exists(node.Inputs, v => values[v].Order is not null)) return false;
        if (node.Op == NNOps.BiasAdd) return Bias(node);
        if (node.Op == PadOps.Pad || node.Op == PadOps.PadV2) return Pad(node);
        if (node.Op == JoinOps.Concat) return Concat(node);
        if (node.Op.Pointwise is not null) return Pointwise(node);
        return Array.IndexOf([ReduceOps.Sum, ReduceOps.Mean, ReduceOps.Max, ReduceOps.Min], node.Op) >= 0 && Reduce(node);
    }

    bool Transpose(Node node)
    {
        if (ShapeValues.Of(node[1]) is not { } wanted || wanted.Contains(Dim.Any)) return false;
        var (from, first) = values[node[0]];
        int[] order = [.. wanted.Select(axis => first is null ? (int)axis : first[axis])];
        values[node.Out] = order.Select((axis, i) => axis == i).All(still => still) ? new(from, null)
            : IsReshape(from.Shape, order) ? new(A.Reshape(from, Permuted(from.Shape, order)), null) : new(from, order);
        return true;
    }

    bool Pointwise(Node node)
    {
        var shape = node.Out.Shape;
        if (!shape.HasRank) return false;
        // The order of the operands that are as large as the result; all must have the same.
        int[]? order = null;
        var inputs = new Variable?[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            var (from, own) = values[node[i]];
            if (own is null || own.Length != shape.Rank || node[i].Shape != shape) continue;
            if (order is not null && !order.SequenceEqual(own)) return false;
            (order, inputs[i]) = (own, from);
        }
        if (order is null) return false;
        for (var i = 0; i < inputs.Length; i++)
            if (inputs[i] is null && (inputs[i] = Operand(node[i], order, shape)) is null) return false;
        Set(node, node.Op.Call(inputs!, node.Attrs, node.Name, node.Tag).Out, order);
        return true;
    }

    /// <summary>An operand that broadcasts, its axes where those of the large ones are; null where that costs too much.</summary>
    Variable? Operand(Variable v, int[] order, Shape result)
    {
        if (!v.Shape.HasRank || v.Shape.Rank > order.Length) return null;
        if (v.Shape.IsKnown && v.Shape.Elements == 1) return Now(v);
        if (values[v] is { Order: { } own, Base: var from } && own.SequenceEqual(order)) return from;
        if (!v.Shape.IsKnown) return null;
        var wide = Shape.Create([.. Enumerable.Repeat(1L, order.Length - v.Shape.Rank), .. v.Shape.Dims]);
        var back = Inverse(order);
        if (IsReshape(wide, back)) return A.Reshape(Now(v), Permuted(wide, back));
        if (!result.IsKnown || wide.Elements * Smaller > result.Elements) return null;
        return A.Transpose(A.Reshape(Now(v), wide), [.. back.Select(axis => (long)axis)]);
    }

    /// <summary>What is added along the last axis is added along where that came from.</summary>
    bool Bias(Node node)
    {
        if (values[node[0]] is not { Order: { } order, Base: var from }) return false;
        var along = new long[order.Length];
        Array.Fill(along, 1);
        along[order[^1]] = Dim.Any;
        Set(node, MathOps.Add.Call(from, A.Reshape(Now(node[1]), Shape.Create(along))), order);
        return true;
    }

    bool Pad(Node node)
    {
        if (values[node[0]] is not { Order: { } order, Base: var from } || node[1].Node.Op != StateOps.Const || ShapeValues.Of(node[1]) is not { } widths) return false;
        var moved = new long[widths.Length];
        for (var i = 0; i < order.Length; i++) (moved[2 * order[i]], moved[2 * order[i] + 1]) = (widths[2 * i], widths[2 * i + 1]);
        var numbers = A.Constant(ArrayOps.Numbers(moved, node[1].DType).Reshape([order.Length, 2]));
        Set(node, node.Op.Call([from, numbers, .. node.Inputs[2..].Select(Now)], node.Attrs, node.Name).Out, order);
        return true;
    }

    bool Concat(Node node)
    {
        var all = node.Inputs[..^1];
        if (values[all[0]].Order is not { } order || ShapeValues.Of(node.Inputs[^1]) is not [var axis] || !Array.TrueForAll(all, v => values[v].Order is { } own && own.SequenceEqual(order))) return false;
        Set(node, A.Concat([.. all.Select(v => values[v].Base)], order[axis < 0 ? axis + order.Length : axis]), order);
        return true;
    }

    bool Reduce(Node node)
    {
        if (values[node[0]] is not { Order: { } order, Base: var from } || node[1].Node.Op != StateOps.Const || ShapeValues.Of(node[1]) is not { } given) return false;
        var axes = given.Select(a => (int)(a < 0 ? a + order.Length : a)).ToHashSet();
        var numbers = A.Constant(ArrayOps.Numbers([.. axes.Select(a => (long)order[a])], node[1].DType));
        var reduced = node.Op.Call([from, numbers], node.Attrs, node.Name).Out;
        if (node.Flag("keep_dims"))
        {
            Set(node, reduced, order);
            return true;
        }
        // The axes that stay, numbered among each other.
        int[] left = [.. order.Where((_, i) => !axes.Contains(i))];
        Set(node, reduced, [.. left.Select(axis => left.Count(other => other < axis))]);
        return true;
    }

    void Set(Node node, Variable from, int[] order)
    {
        var still = order.Select((axis, i) => axis == i).All(equal => equal);
        values[node.Out] = still ? new(from, null) : IsReshape(from.Shape, order) ? new(A.Reshape(from, Permuted(from.Shape, order)), null) : new(from, order);
    }

    /// <summary>A value that is there: its transposition is done where it is still to be done.</summary>
    Variable Now(Variable v)
    {
        var (from, order) = values.GetValueOrDefault(v, new(v, null));
        if (order is null) return from;
        return made.TryGetValue(v, out var done) ? done : made[v] = A.Transpose(from, [.. order.Select(axis => (long)axis)]);
    }

    /// <summary>Whether an order moves axes of size 1 only. One unknown size at most: a reshape has to know the others.</summary>
    static bool IsReshape(Shape shape, int[] order)
    {
        if (!shape.HasRank || shape.Count(d => d < 0) > 1) return false;
        var wide = order.Where(axis => shape[axis] != 1).ToArray();
        return wide.SequenceEqual(wide.Order());
    }

    static Shape Permuted(Shape shape, int[] order) => Shape.Create([.. order.Select(axis => shape[axis])]);

    static int[] Inverse(int[] order) => [.. Enumerable.Range(0, order.Length).Select(axis => Array.IndexOf(order, axis))];
}
