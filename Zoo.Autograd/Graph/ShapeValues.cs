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
            case "Reshape" or "ExpandDims" or "Squeeze":
                return v.DType.IsInteger() ? Of(node[0]) : null;
            case "Pack":
                return Packed(node);
            case "AddV2":
                return Folded(node) ?? Each(node, (a, b) => a + b);
            case "Sub":
                return Folded(node) ?? Each(node, (a, b) => a - b);
            case "Mul":
                return Folded(node) ?? Each(node, (a, b) => a * b);
            case "ConcatV2":
                var parts = node.Inputs[..^1].Select(Of).ToArray();
                return parts.All(p => p is not null) ? [.. parts.SelectMany(p => p!)] : null;
            case "StridedSlice":
                return Slice(node);
        }
        return Folded(node);
    }

    /// <summary>The same with null for an unknown entry.</summary>
    internal static long?[]? Entries(Variable v)
    {
        if (Of(v) is not { } list) return null;
        var all = Array.IndexOf(list, Dim.Any) < 0 || Constant(v) is not null;
        return Array.ConvertAll(list, x => all || x != Dim.Any ? x : (long?)null);
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

    /// <summary>Numbers, or equally long vectors along either axis.</summary>
    static long[]? Packed(Node node)
    {
        if (!node.Out.DType.IsInteger() || !node.Inputs.All(i => i.Shape.HasRank && i.Shape.Rank <= 1)) return null;
        var parts = node.Inputs.Select(i => Of(i) ?? (i.Shape.Rank == 0 ? [Dim.Any] : null)).ToArray();
        if (parts.Any(p => p is null || p.Length != parts[0]!.Length)) return null;
        var flat = node.Inputs[0].Shape.Rank == 0 || node.Int("axis") == 0;
        return flat ? [.. parts.SelectMany(p => p!)] : [.. Enumerable.Range(0, parts[0]!.Length).SelectMany(i => parts.Select(p => p![i]))];
    }

    /// <summary>Arithmetic of vectors whose entries may be unknown.</summary>
    static long[]? Each(Node node, Func<long, long, long> f)
    {
        if (!node.Out.DType.IsInteger() || Of(node[0]) is not { } a || Of(node[1]) is not { } b || a.Length != b.Length && a.Length != 1 && b.Length != 1) return null;
        var result = new long[Math.Max(a.Length, b.Length)];
        for (var i = 0; i < result.Length; i++)
        {
            var (x, y) = (a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]);
            result[i] = x < 0 || y < 0 ? Dim.Any : Math.Max(Dim.Any, f(x, y));
        }
        return result;
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
