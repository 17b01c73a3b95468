using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Crosses of columns of categories: a number for each combination.</summary>
internal static class SparseCrossOps
{
    /// <summary>TensorFlow's key, which <c>tf.sparse.cross_hashed</c> takes by default.</summary>
    internal const long DefaultKey = 0xDECAFCAFFE;

    /// <summary>Hashes of dense columns [rows, features] (strings or int64), as a sparse matrix: a row's combinations, those of the last column first.</summary>
    internal static readonly Op SparseCross = new("SparseCross",
        "indices:N*int64 values:sparse_types[] shapes:N*int64 dense_inputs:dense_types[] -> output_indices:int64 output_values:out_type output_shape:int64 ; N:int hashed_output:bool num_buckets:int hash_key:int sparse_types:types dense_types:types out_type:int64|string internal_type:int64|string")
    {
        Shape = s =>
        {
            if (s.Int("N") > 0 || !s.Flag("hashed_output")) throw s.Fail("sparse columns, or words joined to words", "Expected dense columns and hashed_output.");
            if (s.Count == 0) throw s.Fail("no columns were given", "Expected at least one.");
            var (rows, width) = (Dim.Any, 1L);
            for (var i = 0; i < s.Count; i++)
            {
                s.Rank(i, 2);
                if (!s[i].HasRank) width = Dim.Any;
                else if (rows >= 0 && s[i][0] >= 0 && rows != s[i][0]) throw s.Fail("the columns differ in their rows", "Expected the same number of rows.");
                else (rows, width) = (Math.Max(rows, s[i][0]), width < 0 || s[i][1] < 0 ? Dim.Any : width * s[i][1]);
            }
            var all = rows < 0 || width < 0 ? Dim.Any : rows * width;
            return new Shapes([[all, 2], [all], [2]]);
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((n, v) => Cross(v, n.Int("num_buckets"), (ulong)n.Int("hash_key"))),
    };

    static NDArray[] Cross(NDArray[] columns, long buckets, ulong key)
    {
        var rows = (int)columns[0].Shape[0];
        var widths = Array.ConvertAll(columns, c => (int)c.Shape[1]);
        var width = widths.Aggregate(1, (a, b) => a * b);
        var (indices, values) = (new long[rows * width * 2], new long[rows * width]);
        var features = Array.ConvertAll(columns, Features);
        for (var at = 0; at < values.Length; at++)
        {
            var (row, combination) = (at / width, at % width);
            var (hash, rest) = (key, width);
            for (var c = 0; c < columns.Length; c++)
            {
                rest /= widths[c];
                hash = FarmHash.Join(hash, features[c][row * widths[c] + combination / rest % widths[c]]);
            }
            (indices[2 * at], indices[2 * at + 1]) = (row, combination);
            values[at] = (long)(hash % (buckets > 0 ? (ulong)buckets : long.MaxValue));
        }
        return [NDArray.From(indices, [values.Length, 2]), NDArray.From(values), new long[] { rows, rows == 0 ? 0 : width }];
    }

    static ulong[] Features(NDArray column) => column.DType == DType.String
        ? Array.ConvertAll(column.ToArray<byte[]>(), s => FarmHash.Fingerprint64(s)) : Array.ConvertAll(column.ToArray<long>(), x => (ulong)x);
}
