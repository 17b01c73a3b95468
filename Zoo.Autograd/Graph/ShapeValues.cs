namespace Zoo.Autograd.Graph;

/// <summary>The values of integer tensors as far as they are known when the graph is built: what shape rules need of shape arithmetic.</summary>
internal static class ShapeValues
{
    // Deeper arithmetic counts as unknown, as do longer vectors: a graph from a file must exhaust neither the stack nor the memory.
    const int MaxDepth = 200, MaxEntries = 1 << 14, MaxFolded = 1 << 26;

    /// <summary>The entries of an integer vector or number, -1 for an unknown one; null where even their number is unknown.</summary>
    internal static long[]? Of(Variable v) => (long[]?)Of(v, 0)?.Clone();

    static long[]? Of(Variable v, int depth)
    {
        var node = v.Node;
        if (node.Integers.Asked) return node.Integers.Values;
        if (depth > MaxDepth || !Small(v)) return null;
        var found = Find(v, depth + 1);
        if (found?.Length > MaxEntries) found = null;
        node.Integers = (true, found);
        return found;
    }

    static long[]? Find(Variable v, int depth)
    {
        var node = v.Node;
        switch (node.Op.Name)
        {
            case "Const":
                return node.Attrs.Get<NDArray>("value") is var value && value.DType.IsInteger() ? Integers(value) : null;
            case "Shape":
                return node[0].Shape.HasRank ? node[0].Shape.ToArray() : null;
            case "Cast" or "Identity":
                return v.DType.IsInteger() ? Of(node[0], depth) : null;
            case "Reshape" or "ExpandDims" or "Squeeze":
                return v.DType.IsInteger() ? Of(node[0], depth) : null;
            case "Pack":
                return Packed(node, depth);
            case "AddV2":
                return Folded(v, depth) ?? Each(node, depth, (a, b) => a + b);
            case "Sub":
                return Folded(v, depth) ?? Each(node, depth, (a, b) => a - b);
            case "Mul":
                return Folded(v, depth) ?? Each(node, depth, (a, b) => a * b);
            case "ConcatV2":
                var parts = node.Inputs[..^1].Select(i => Of(i, depth)).ToArray();
                return parts.All(p => p is not null) ? [.. parts.SelectMany(p => p!)] : null;
            case "StridedSlice":
                return Slice(node, depth);
        }
        return Folded(v, depth);
    }

    static long[]? Folded(Variable v, int depth) =>
        v.Node.Outputs.Length == 1 && v.DType.IsInteger() && Constant(v, depth) is { } folded ? Integers(folded) : null;

    /// <summary>The same with null for an unknown entry.</summary>
    internal static long?[]? Entries(Variable v)
    {
        if (Of(v, 0) is not { } list) return null;
        var all = Array.IndexOf(list, Dim.Any) < 0 || Constant(v) is not null;
        return Array.ConvertAll(list, x => all || x != Dim.Any ? x : (long?)null);
    }

    static long[] Integers(NDArray value)
    {
        var list = new long[value.Count];
        for (var i = 0; i < list.Length; i++) list[i] = (long)value.Number(i);
        return list;
    }

    /// <summary>The constant an op gives whose inputs are all constants, by the op's own host rule.</summary>
    internal static NDArray? Constant(Variable v) => Constant(v, 0);

    /// <summary>The value of an input that must be known when a plan is made.</summary>
    /// <exception cref="NeedsValueException">It is computed; a session computes it first and plans again.</exception>
    internal static NDArray Needed(Node node, int input) => Constant(node[input]) ?? throw new NeedsValueException(node, input);

    /// <summary>The same as integers.</summary>
    internal static long[] NeededInts(Node node, int input) => Integers(Needed(node, input));

    static NDArray? Constant(Variable v, int depth)
    {
        var node = v.Node;
        if (node.Op.Name == "Const") return node.Attrs.Get<NDArray>("value");
        if (node.Constants.Asked) return node.Constants.Values?[v.Index];
        if (depth > MaxDepth) return null;
        var found = Fold(node, depth + 1);
        node.Constants = (true, found);
        return found?[v.Index];
    }

    static NDArray[]? Fold(Node node, int depth)
    {
        var op = node.Op;
        if (op.Fold is null && op.Folds is null || op.Stateful) return null;
        // What is large is folded only over constants themselves (when planning), so that no chain of large values is made here.
        var direct = Array.TrueForAll(node.Inputs, i => i.Node.Op.Name == "Const");
        if (!Array.TrueForAll(node.Outputs, o => direct ? !o.Shape.IsKnown || Elements(o) <= MaxFolded : Small(o))) return null;
        var inputs = new NDArray[node.Inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (op.Name is "Shape" or "Size" or "Rank") { if (!node[0].Shape.IsKnown) return null; break; }
            if (!direct && !Small(node[i]) || Constant(node[i], depth) is not { } constant) return null;
            inputs[i] = constant;
        }
        return op.Folds is { } several ? several(node, inputs) : op.Fold!(node, inputs) is { } one ? [one] : null;
    }

    static bool Small(Variable v) => !v.Shape.IsKnown || Elements(v) <= MaxEntries;

    static long Elements(Variable v)
    {
        long n = 1;
        foreach (var d in v.Shape.Dims) n = d == 0 || n <= long.MaxValue / d ? n * d : long.MaxValue;
        return n;
    }

    /// <summary>Numbers, or equally long vectors along either axis.</summary>
    static long[]? Packed(Node node, int depth)
    {
        if (!node.Out.DType.IsInteger() || !node.Inputs.All(i => i.Shape.HasRank && i.Shape.Rank <= 1)) return null;
        var parts = node.Inputs.Select(i => Of(i, depth) ?? (i.Shape.Rank == 0 ? [Dim.Any] : null)).ToArray();
        if (parts.Any(p => p is null || p.Length != parts[0]!.Length)) return null;
        var flat = node.Inputs[0].Shape.Rank == 0 || node.Int("axis") == 0;
        return flat ? [.. parts.SelectMany(p => p!)] : [.. Enumerable.Range(0, parts[0]!.Length).SelectMany(i => parts.Select(p => p![i]))];
    }

    /// <summary>Arithmetic of vectors whose entries may be unknown.</summary>
    static long[]? Each(Node node, int depth, Func<long, long, long> f)
    {
        if (!node.Out.DType.IsInteger() || Of(node[0], depth) is not { } a || Of(node[1], depth) is not { } b || a.Length != b.Length && a.Length != 1 && b.Length != 1) return null;
        var result = new long[Math.Max(a.Length, b.Length)];
        for (var i = 0; i < result.Length; i++)
        {
            var (x, y) = (a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]);
            result[i] = x < 0 || y < 0 ? Dim.Any : Math.Max(Dim.Any, f(x, y));
        }
        return result;
    }

    static long[]? Slice(Node node, int depth)
    {
        if (Of(node[0], depth) is not { } source || Of(node[1], depth) is not [var begin] || Of(node[2], depth) is not [var end] || Of(node[3], depth) is not [var step] || step == 0) return null;
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
