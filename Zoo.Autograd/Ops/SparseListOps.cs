using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Sparse tensors made into others: sorted, reshaped, joined, cut, filled. Their elements are moved, whatever they are.</summary>
internal static class SparseListOps
{
    const string Parts = "output_indices:int64 output_values:T output_shape:int64";

    internal static readonly Op SparseReorder = new("SparseReorder", "input_indices:int64 input_values:T input_shape:int64 -> output_indices:int64 output_values:T ; T:type")
    {
        Shape = s =>
        {
            SparseTensorOps.Places(s, 0, -1);
            return [s[0], s[1]];
        },
        Grads = (n, g) =>
        {
            if (g[1] is not { } values) return [null, null, null];
            var order = SparseReorder!.Node([n[0], A.Range(A.SizeOf(n[1])), n[2]]).Outputs[1];
            return [null, ScatterOps.ScatterNd.Call(A.ExpandDims(order, -1), values, A.ShapeOf(n[1])), null];
        },
        Kernel = k => k.Managed((n, x) => Of(x).Sorted().Parts()[..2]),
    };

    internal static readonly Op SparseReshape = new("SparseReshape", "input_indices:int64 input_shape:int64 new_shape:int64 -> output_indices:int64 output_shape:int64")
    {
        Shape = s =>
        {
            s.Rank(0, 2);
            s.Vector(1, -1);
            s.Vector(2, -1);
            if (s[0].HasRank && s[1].HasRank) s.Same(s[0][1], s[1][0], "the numbers of axes");
            var rank = s[2].HasRank ? s[2][0] : Dim.Any;
            return new Shapes([[s[0].HasRank ? s[0][0] : Dim.Any, rank], [rank]]);
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((_, x) => Reshape(x[0], x[1].ToArray<long>(), x[2].ToArray<long>())),
    };

    internal static readonly Op SparseConcat = new("SparseConcat", $"indices:N*int64 values:N*T shapes:N*int64 -> {Parts} ; concat_dim:int N:int T:type")
    {
        Shape = s =>
        {
            var (parts, count, rank) = (s.Count / 3, 0L, Dim.Any);
            if (parts < 2) throw s.Fail($"there is {parts} tensor", "Expected two or more.");
            for (var i = 0; i < parts; i++)
            {
                s.Rank(i, 2);
                s.Rank(parts + i, 1);
                s.Rank(2 * parts + i, 1);
                if (s[i].HasRank && s[parts + i].HasRank) s.Same(s[i][0], s[parts + i][0], "the numbers of places and of values");
                rank = s.Same(rank, s[i].HasRank ? s[i][1] : Dim.Any, "the numbers of axes");
                rank = s.Same(rank, s[2 * parts + i].HasRank ? s[2 * parts + i][0] : Dim.Any, "the numbers of axes");
                count = count < 0 || !s[i].HasRank || s[i][0] < 0 ? Dim.Any : count + s[i][0];
            }
            if (rank >= 0) s.Axis(s.Int("concat_dim"), (int)rank);
            return [[count, rank], [count], [rank]];
        },
        NoGradient = "TensorFlow cuts it by SparseSlice",
        Kernel = k => k.Managed((n, x) => Concat(Enumerable.Range(0, x.Length / 3).Select(i => Of([x[i], x[x.Length / 3 + i], x[2 * (x.Length / 3) + i]])).ToArray(), (int)n.Int("concat_dim"))),
    };

    internal static readonly Op SparseSlice = new("SparseSlice", $"indices:int64 values:T shape:int64 start:int64 size:int64 -> {Parts} ; T:type")
    {
        Shape = s =>
        {
            SparseTensorOps.Places(s, 0, -1);
            for (var i = 3; i < 5; i++) s.Vector(i, s[2].HasRank ? s[2][0] : -1);
            var rank = s[2].HasRank ? s[2][0] : Dim.Any;
            return [[Dim.Any, rank], [Dim.Any], [rank]];
        },
        NoGradient = "TensorFlow puts it back by SparseSliceGrad, which is not there",
        DataDependent = true,
        Kernel = k => k.Managed((_, x) => Of(x).Cut(x[3].ToArray<long>(), x[4].ToArray<long>()).Parts()),
    };

    internal static readonly Op SparseSplit = new("SparseSplit", "split_dim:int64 indices:int64 values:T shape:int64 -> output_indices:num_split*int64 output_values:num_split*T output_shape:num_split*int64 ; num_split:int T:type")
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            SparseTensorOps.Places(s, 1, -1);
            var (rank, parts) = (s[3].HasRank ? s[3][0] : Dim.Any, (int)s.Int("num_split"));
            if (rank >= 0 && s.Known(0) is [{ } axis]) s.Axis(axis, (int)rank);
            return new([.. Enumerable.Repeat(Shape.Create([Dim.Any, rank]), parts), .. Enumerable.Repeat(Shape.Create([Dim.Any]), parts), .. Enumerable.Repeat(Shape.Create([rank]), parts)]);
        },
        NoGradient = "TensorFlow defines none",
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => Split(Of(x[1..]), (int)x[0].ToNumber(), (int)n.Int("num_split"))),
    };

    internal static readonly Op SparseFillEmptyRows = new("SparseFillEmptyRows", "indices:int64 values:T dense_shape:int64 default_value:T -> output_indices:int64 output_values:T empty_row_indicator:bool reverse_index_map:int64 ; T:type")
    {
        Shape = s =>
        {
            SparseTensorOps.Places(s, 0, -1);
            s.Rank(3, 0);
            var rank = s[0].HasRank ? s[0][1] : Dim.Any;
            if (rank == 0 || s[2].HasRank && s[2][0] == 0) throw s.Fail("the tensor is a single number", "Expected rows.");
            return [[Dim.Any, rank], [Dim.Any], [s.Known(2) is [{ } rows, ..] ? rows : Dim.Any], s[0].HasRank ? s[0][..1] : ShapeContext.OfRank(1)];
        },
        Grads = (n, g) =>
        {
            if (g[1] is not { } values) return [null, null, null, null];
            var back = SparseTensorOps.SparseFillEmptyRowsGrad.Node([n.Outputs[3], values]).Outputs;
            return [null, back[0], null, back[1]];
        },
        DataDependent = true,
        Kernel = k => k.Managed((_, x) => Fill(Of(x), x[3])),
    };

    internal static readonly Op RaggedRange = new("RaggedRange", "starts:T limits:T deltas:T -> rt_nested_splits:Tsplits rt_dense_values:T ; T:float32|float64|int32|int64=int32 Tsplits:index=int64")
    {
        Shape = s =>
        {
            var rows = Dim.Any;
            for (var i = 0; i < 3; i++)
                if (s.Rank(i, 0, 1) is { HasRank: true, Rank: 1 } shape) rows = s.Same(rows, shape[0], "the numbers of rows");
            var open = Enumerable.Range(0, 3).Any(i => !s[i].HasRank || s[i].Rank == 1);
            return [[rows >= 0 ? rows + 1 : open ? Dim.Any : 2], [Dim.Any]];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => Ranges(n, x)),
    };

    internal static readonly Op RaggedTensorToSparse = new("RaggedTensorToSparse", "rt_nested_splits:RAGGED_RANK*Tsplits rt_dense_values:T -> sparse_indices:int64 sparse_values:T sparse_dense_shape:int64 ; RAGGED_RANK:int T:type Tsplits:index=int64")
    {
        Shape = s =>
        {
            for (var i = 0; i < s.Count - 1; i++)
                if (s.Rank(i, 1) is { HasRank: true } shape && shape[0] == 0) throw s.Fail("the splits are empty", "Expected 0 and the end of each row.");
            if (s[s.Count - 1] is { HasRank: true, Rank: 0 }) throw s.Fail("the values are a single number", "Expected at least a vector.");
            var rank = s[s.Count - 1].HasRank ? s.Count - 1 + s[s.Count - 1].Rank : Dim.Any;
            var count = s[s.Count - 1].IsKnown ? s[s.Count - 1].Elements : Dim.Any;
            return [[count, rank], [count], [rank]];
        },
        Grads = (n, g) => [.. new Variable?[n.Inputs.Length - 1], g[1] is { } values ? A.ReshapeLike(values, n.Inputs[^1]) : null],
        Kernel = k => k.Managed((_, x) => FromRagged(x[..^1], x[^1])),
    };

    static SparseArray Of(NDArray[] x) => new(x[0].ToArray<long>(), x[1], x[2].ToArray<long>());

    static NDArray[] Reshape(NDArray places, long[] from, long[] wanted)
    {
        var all = from.Aggregate((Int128)1, (a, b) => a * b);
        var free = Array.IndexOf(wanted, -1);
        var rest = wanted.Where(d => d != -1).Aggregate((Int128)1, (a, b) => a * b);
        if (wanted.Count(d => d < 0) > (free < 0 ? 0 : 1) || (free >= 0 ? rest == 0 || all % rest != 0 : rest != all)) throw Bad("SparseReshape", $"{all} elements are out of range of [{string.Join(",", wanted)}]", "Expected a shape with as many elements, one size of which may be -1.");
        if (free >= 0) wanted[free] = (long)(all / rest);
        var (count, old) = ((int)places.Shape[0], places.ToArray<long>());
        var result = new long[count * wanted.Length];
        for (var i = 0; i < count; i++)
        {
            Int128 at = 0;
            for (var d = 0; d < from.Length; d++) at = at * from[d] + old[i * from.Length + d];
            for (var d = wanted.Length - 1; d >= 0; d--) (at, result[i * wanted.Length + d]) = wanted[d] == 0 ? (at, 0) : (at / wanted[d], (long)(at % wanted[d]));
        }
        return [NDArray.From(result, [count, wanted.Length]), NDArray.From(wanted)];
    }

    static NDArray[] Concat(SparseArray[] parts, int axis)
    {
        if (axis < 0) axis += parts[0].Rank;
        var shape = (long[])parts[0].Shape.Clone();
        shape[axis] = 0;
        var (places, from) = (new List<long>(), new List<(NDArray, int)>());
        foreach (var part in parts)
        {
            if (part.Shape.Where((d, i) => i != axis && d != shape[i]).Any()) throw Bad("SparseConcat", $"the shapes [{string.Join(",", parts[0].Shape)}] and [{string.Join(",", part.Shape)}] differ beside axis {axis}", "Expected equal sizes there.");
            for (var i = 0; i < part.Count; i++)
            {
                for (var d = 0; d < part.Rank; d++) places.Add(part.At(i, d) + (d == axis ? shape[axis] : 0));
                from.Add((part.Values, i));
            }
            shape[axis] += part.Shape[axis];
        }
        return new SparseArray([.. places], SparseArray.Take(from, parts[0].Values.DType), shape).Sorted().Parts();
    }

    static NDArray[] Split(SparseArray x, int axis, int parts)
    {
        if (axis < 0) axis += x.Rank;
        if (parts < 1 || parts > x.Shape[axis]) throw Bad("SparseSplit", $"axis {axis} of {x.Shape[axis]} cannot be cut into {parts} parts", "Expected at most as many as it is long.");
        // the first ones are longer by one where it does not come out even
        var (size, longer, at) = (x.Shape[axis] / parts, x.Shape[axis] % parts, 0L);
        var found = new NDArray[parts][];
        for (var p = 0; p < parts; p++)
        {
            long[] start = new long[x.Rank], sizes = (long[])x.Shape.Clone();
            (start[axis], sizes[axis]) = (at, size + (p < longer ? 1 : 0));
            at += sizes[axis];
            found[p] = x.Cut(start, sizes).Parts();
        }
        return [.. Enumerable.Range(0, 3).SelectMany(i => found.Select(f => f[i]))];
    }

    static NDArray[] Fill(SparseArray x, NDArray value)
    {
        var rows = Enumerable.Range(0, (int)x.Shape[0]).Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < x.Count; i++)
        {
            if (x.At(i, 0) < 0 || x.At(i, 0) >= rows.Length) throw Bad("SparseFillEmptyRows", $"the row {x.At(i, 0)} is out of range", $"Expected 0 to {rows.Length - 1}.");
            rows[(int)x.At(i, 0)].Add(i);
        }
        var (places, from, back, empty) = (new List<long>(), new List<(NDArray, int)>(), new long[x.Count], new bool[rows.Length]);
        for (var r = 0; r < rows.Length; r++)
        {
            empty[r] = rows[r].Count == 0;
            foreach (var i in rows[r])
            {
                back[i] = from.Count;
                for (var d = 0; d < x.Rank; d++) places.Add(x.At(i, d));
                from.Add((x.Values, i));
            }
            if (!empty[r]) continue;
            places.AddRange([r, .. new long[x.Rank - 1]]);
            from.Add((value, 0));
        }
        return [NDArray.From(places.ToArray(), [from.Count, x.Rank]), SparseArray.Take(from, value.DType), NDArray.From(empty), NDArray.From(back)];
    }

    static NDArray[] Ranges(Node n, NDArray[] x)
    {
        var rows = x.Max(v => v.Shape.Rank == 0 ? 1 : v.Count);
        if (x.Any(v => v.Shape.Rank == 1 && v.Count == 0)) rows = 0;
        var (splits, values) = (new double[rows + 1], new List<double>());
        double At(int input, int row) => x[input].Number(x[input].Shape.Rank == 0 ? 0 : row);
        for (var r = 0; r < rows; r++)
        {
            var (start, limit, step) = (At(0, r), At(1, r), At(2, r));
            if (step == 0) throw Bad("RaggedRange", $"row {r} has steps of 0", "Expected another number.");
            var count = (limit - start) / step <= 0 ? 0 : Math.Ceiling(Math.Abs((limit - start) / step));
            if (values.Count + count > int.MaxValue / 16) throw Bad("RaggedRange", $"row {r} has {count} numbers", "Expected fewer.");
            for (var i = 0; i < count; i++) values.Add(start + i * step);
            splits[r + 1] = values.Count;
        }
        return [NDArray.From(splits).Cast(n.Outputs[0].DType), NDArray.From(values.ToArray()).Cast(n.Outputs[1].DType)];
    }

    static NDArray[] FromRagged(NDArray[] splits, NDArray values)
    {
        // the places of what an axis holds, from those of the rows before it
        var (rows, shape) = (Enumerable.Range(0, splits[0].Count - 1).Select(r => new[] { (long)r }).ToArray(), new List<long> { splits[0].Count - 1 });
        foreach (var split in splits)
        {
            var at = Enumerable.Range(0, split.Count).Select(i => (long)split.Number(i)).ToArray();
            if (at.Length != rows.Length + 1 || at[0] != 0 || at.Zip(at.Skip(1)).Any(p => p.Second < p.First)) throw Bad("RaggedTensorToSparse", $"the splits [{string.Join(",", at)}] are out of range for {rows.Length} rows", "Expected numbers from 0 that do not fall.");
            shape.Add(at.Length > 1 ? at.Zip(at.Skip(1), (a, b) => b - a).Max() : 0);
            rows = [.. rows.SelectMany((place, r) => Enumerable.Range(0, (int)(at[r + 1] - at[r])).Select(i => (long[])[.. place, i]))];
        }
        if (rows.Length != values.Shape[0]) throw Bad("RaggedTensorToSparse", $"the splits end at {rows.Length}, out of range of {values.Shape[0]} values", "Expected their number.");
        var inner = values.Shape[1..];
        var places = rows.SelectMany(row => Enumerable.Range(0, (int)inner.Elements).SelectMany(i => (long[])[.. row, .. SetOps.Place(inner, i)])).ToArray();
        return [NDArray.From(places, [values.Count, shape.Count + inner.Rank]), values.Reshape([values.Count]), NDArray.From((long[])[.. shape, .. inner])];
    }

    static EngineException Bad(string op, string happened, string expected) => new($"{op}: {happened}. {expected}") { Op = op };
}
