using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Rows of different lengths as one tensor: cut or filled up to a shape, or to the longest row where it leaves a size open.</summary>
internal sealed class RaggedToDense
{
    readonly NDArray values, fallback;
    readonly List<(int Start, int End)[]> levels = [];
    readonly long[] dims;
    readonly int inner;
    readonly Node node;

    internal RaggedToDense(Node node, NDArray[] inputs)
    {
        (this.node, values, fallback) = (node, inputs[1], inputs[2]);
        var types = (string[])node.Attrs["row_partition_types"]!;
        var first = types[0] == "FIRST_DIM_SIZE" ? (int)inputs[3].ToNumber() : -1;
        for (var i = first < 0 ? 0 : 1; i < types.Length; i++)
        {
            var below = i + 1 < types.Length ? types[i + 1] == "ROW_SPLITS" ? inputs[4 + i].Count - 1 : inputs[4 + i].Count : (int)values.Shape[0];
            levels.Add(types[i] == "ROW_SPLITS" ? TextSplitOps.Rows(node, inputs[3 + i], below) : OfIds(inputs[3 + i], levels.Count == 0 ? first : levels[^1].Length == 0 ? 0 : levels[^1][^1].End, below));
        }
        var element = values.Shape.Dims[1..];
        dims = [levels[0].Length, .. levels.Select(l => (long)(l.Length == 0 ? 0 : l.Max(r => r.End - r.Start))), .. element];
        for (var i = 0; inputs[0].Shape.Rank == 1 && i < dims.Length; i++)
            if (inputs[0].Number(i) >= 0) dims[i] = (long)inputs[0].Number(i);
        inner = 1;
        foreach (var d in element) inner *= (int)d;
    }

    /// <summary>Rows from the row number of each value, which never falls.</summary>
    (int Start, int End)[] OfIds(NDArray ids, int count, int below)
    {
        var rows = new (int Start, int End)[count];
        var at = 0;
        for (var r = 0; r < count; r++)
        {
            rows[r].Start = at;
            while (at < ids.Count && ids.Number(at) == r) at++;
            rows[r].End = at;
        }
        return at == ids.Count && at == below ? rows : throw new EngineException($"{node.Op.Name}: the row numbers {ids} are out of range or not in order. Expected 0 to {count - 1}, rising, for {below} values.") { Op = node.Op.Name };
    }

    internal NDArray Run()
    {
        var result = NDArray.Zeros(Autograd.Shape.Create(dims), values.DType);
        for (var i = 0; i < result.Count; i++) Array.Copy(fallback.Data, fallback.Offset + i % inner % fallback.Count, result.Data, i, 1);
        var strides = Graph.Strides.RowMajor(dims);
        for (var r = 0; r < Math.Min(dims[0], levels[0].Length); r++) Copy(0, r, r * strides[0]);
        return result;

        void Copy(int level, int row, long to)
        {
            var (start, end) = levels[level][row];
            for (var i = start; i < end && i - start < dims[level + 1]; i++)
            {
                var at = to + (i - start) * strides[level + 1];
                if (level + 1 < levels.Count) Copy(level + 1, i, at);
                else Array.Copy(values.Data, values.Offset + i * inner, result.Data, at, inner);
            }
        }
    }

    internal static Shapes Shape(ShapeContext s)
    {
        var types = s.Attr<string[]>("row_partition_types");
        if (types.Length == 0 || types.Length != s.Count - 3 || types.Where((t, i) => t is not ("ROW_SPLITS" or "VALUE_ROWIDS") && !(t == "FIRST_DIM_SIZE" && i == 0)).Any() || types[0] == "VALUE_ROWIDS" || types is ["FIRST_DIM_SIZE"])
            throw s.Fail($"the row partitions are [{string.Join(", ", types)}]", "Expected ROW_SPLITS, or FIRST_DIM_SIZE and VALUE_ROWIDS, one for each tensor.");
        s.Rank(0, 0, 1);
        for (var i = 0; i < types.Length; i++) s.Rank(3 + i, types[i] == "FIRST_DIM_SIZE" ? 0 : 1);
        if (!s[1].HasRank) return Autograd.Shape.Unknown;
        if (s[1].Rank == 0) throw s.Fail("the values are one number", "Expected a vector of them, or more axes.");
        if (s[2].IsKnown && s[2].Rank > 0 && s[2].Elements != 1 && !Autograd.Shape.Create(s[1].Dims[1..]).Accepts(s[2])) throw s.Fail("the default does not fit a value", "Expected one number, or the shape of a value.");
        var ragged = types.Length - (types[0] == "FIRST_DIM_SIZE" ? 1 : 0);
        var rows = types[0] == "ROW_SPLITS" ? s[3].HasRank && s[3][0] > 0 ? s[3][0] - 1 : Dim.Any : s.Known(3) is [{ } size] ? size : Dim.Any;
        long[] dims = [rows, .. Enumerable.Repeat(Dim.Any, ragged), .. s[1].Dims[1..]];
        if (s[0].HasRank && s[0].Rank == 1)
        {
            if (s[0][0] >= 0 && s[0][0] != dims.Length) throw s.Fail($"the shape has {s[0][0]} sizes", $"Expected {dims.Length}.");
            var given = s.Known(0);
            for (var i = 0; i < dims.Length; i++)
                dims[i] = given is null || given[i] is null ? Dim.Any : given[i] < 0 ? dims[i] : i <= ragged ? given[i]!.Value : s.Same(dims[i], given[i]!.Value, $"the sizes of axis {i}");
        }
        return Autograd.Shape.Create(dims);
    }
}
