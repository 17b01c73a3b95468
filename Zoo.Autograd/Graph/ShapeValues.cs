namespace Zoo.Autograd.Graph;

/// <summary>The values of integer tensors as far as they are known when the graph is built: what shape rules need of shape arithmetic.</summary>
internal static class ShapeValues
{
    /// <summary>The entries of an integer vector or number, -1 for an unknown one; null where even their number is unknown.</summary>
    internal static long[]? Of(Variable v)
    {
        var node = v.Node;
        switch (node.Op.Name)
        {
            case "Const":
                var value = node.Attrs.Get<NDArray>("value");
                if (!value.DType.IsInteger()) return null;
                var list = new long[value.Count];
                for (var i = 0; i < list.Length; i++) list[i] = (long)value.Number(i);
                return list;
            case "Shape":
                return node[0].Shape.HasRank ? node[0].Shape.ToArray() : null;
            case "Cast" or "Identity":
                return v.DType.IsInteger() ? Of(node[0]) : null;
            case "Pack":
                return node.Int("axis") == 0 && node.Inputs.All(i => i.Shape.HasRank && i.Shape.Rank == 0)
                    ? [.. node.Inputs.Select(i => Of(i) is [var one] ? one : Dim.Any)] : null;
            case "ConcatV2":
                var parts = node.Inputs[..^1].Select(Of).ToArray();
                return parts.All(p => p is not null) ? [.. parts.SelectMany(p => p!)] : null;
            case "StridedSlice":
                return Slice(node);
        }
        return Folded(node);
    }

    /// <summary>The constant an op gives whose inputs are all constants, by the op's own host rule.</summary>
    internal static NDArray? Constant(Variable v)
    {
        if (v.Node.Op.Name == "Const") return v.Node.Attrs.Get<NDArray>("value");
        var op = v.Node.Op;
        if (op.Fold is null && op.Folds is null || op.Stateful) return null;
        var inputs = new NDArray[v.Node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (v.Node.Op.Name is "Shape" or "Size" or "Rank") { if (!v.Node[0].Shape.IsKnown) return null; break; }
            if (Constant(v.Node[i]) is not { } constant) return null;
            inputs[i] = constant;
        }
        return op.Folds is { } several ? several(v.Node, inputs)[v.Index] : op.Fold!(v.Node, inputs);
    }

    static long[]? Folded(Node node)
    {
        if (node.Outputs.Length != 1 || !node.Out.DType.IsInteger() || Constant(node.Out) is not { } value) return null;
        var list = new long[value.Count];
        for (var i = 0; i < list.Length; i++) list[i] = (long)value.Number(i);
        return list;
    }

    static long[]? Slice(Node node)
    {
        if (Of(node[0]) is not { } source || Of(node[1]) is not [var begin] || Of(node[2]) is not [var end] || Of(node[3]) is not [var step] || step == 0) return null;
        if ((node.Int("ellipsis_mask") | node.Int("new_axis_mask")) != 0) return null;
        if ((node.Int("shrink_axis_mask") & 1) != 0)
        {
            var at = begin < 0 ? begin + source.Length : begin;
            return at >= 0 && at < source.Length ? [source[at]] : null;
        }
        var (first, count) = Strides.Range(source.Length, begin, end, step, (node.Int("begin_mask") & 1) != 0, (node.Int("end_mask") & 1) != 0);
        var result = new long[count];
        for (var i = 0; i < count; i++) result[i] = source[first + i * step];
        return result;
    }
}
