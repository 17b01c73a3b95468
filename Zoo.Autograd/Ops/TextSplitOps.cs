using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Strings taken apart, and the rows of different lengths that come of it: values with the places where rows begin.</summary>
internal static class TextSplitOps
{
    internal static readonly Op StringSplitV2 = Ragged("StringSplitV2", "input:string sep:string -> indices:int64 values:string shape:int64 ; maxsplit:int=-1", s =>
    {
        s.Rank(0, 1);
        s.Rank(1, 0);
        return [[Dim.Any, 2], [Dim.Any], [2]];
    }, (n, v) =>
    {
        var separator = v[1].AsSpan<byte[]>()[0];
        return Sparse([.. v[0].ToArray<byte[]>().Select(t => TextSplit.At(t, separator, n.Int("maxsplit")))]);
    });

    internal static readonly Op StringSplit = Ragged("StringSplit", "input:string delimiter:string -> indices:int64 values:string shape:int64 ; skip_empty:bool=true", s =>
    {
        s.Rank(0, 1);
        s.Rank(1, 0);
        return [[Dim.Any, 2], [Dim.Any], [2]];
    }, (n, v) =>
    {
        var delimiters = v[1].AsSpan<byte[]>()[0];
        return Sparse([.. v[0].ToArray<byte[]>().Select(t => TextSplit.AtAny(t, delimiters, n.Flag("skip_empty")))]);
    });

    internal static readonly Op StringNGrams = Ragged("StringNGrams",
        "data:string data_splits:Tsplits -> ngrams:string ngrams_splits:Tsplits ; separator:string ngram_widths:ints left_pad:string right_pad:string pad_width:int preserve_short_sequences:bool Tsplits:index=int64", s =>
    {
        s.Rank(0, 1);
        s.Rank(1, 1);
        if (s.Ints("ngram_widths").Any(w => w < 1)) throw s.Fail($"ngram_widths are {string.Join(", ", s.Ints("ngram_widths"))}", "Expected 1 or more.");
        return [[Dim.Any], s[1]];
    }, (n, v) =>
    {
        var rows = Rows(n, v[1], v[0].Count).Select(r => TextSplit.NGrams(v[0].AsSpan<byte[]>()[r.Start..r.End], n)).ToArray();
        return [NDArray.From(rows.SelectMany(r => r).ToArray()), v[1].Count == 0 ? v[1] : Splits(rows.Select(r => r.Count), v[1].DType)];
    });

    internal static readonly Op UnicodeDecode = Ragged("UnicodeDecode",
        "input:string -> row_splits:Tsplits char_values:int32 ; input_encoding:string errors:string=replace replacement_char:int=65533 replace_control_characters:bool=false Tsplits:index=int64",
        s => [Ends(s[0]), [Dim.Any]], (n, v) => Decoded(n, v[0], offsets: false));

    internal static readonly Op UnicodeDecodeWithOffsets = Ragged("UnicodeDecodeWithOffsets",
        "input:string -> row_splits:Tsplits char_values:int32 char_to_byte_starts:int64 ; input_encoding:string errors:string=replace replacement_char:int=65533 replace_control_characters:bool=false Tsplits:index=int64",
        s => [Ends(s[0]), [Dim.Any], [Dim.Any]], (n, v) => Decoded(n, v[0], offsets: true));

    internal static readonly Op UnicodeEncode = Ragged("UnicodeEncode", "input_values:int32 input_splits:Tsplits -> output:string ; errors:string=replace output_encoding:string replacement_char:int=65533 Tsplits:index=int64", s =>
    {
        s.Rank(0, 1);
        s.Rank(1, 1);
        return [s[1].HasRank && s[1][0] > 0 ? [s[1][0] - 1] : [Dim.Any]];
    }, (n, v) =>
    {
        var characters = v[0].AsSpan<int>();
        var result = new List<byte[]>();
        foreach (var (start, end) in Rows(n, v[1], v[0].Count)) result.Add(TextUnicode.Encode(characters[start..end], n));
        return [NDArray.From(result.ToArray())];
    });

    internal static readonly Op RaggedTensorToTensor = Ragged("RaggedTensorToTensor",
        "shape:Tshape values:T default_value:T row_partition_tensors:num_row_partition_tensors*Tindex -> result:T ; T:type Tindex:index Tshape:index num_row_partition_tensors:int row_partition_types:strings",
        RaggedToDense.Shape, (n, v) => [new RaggedToDense(n, v).Run()]);

    static Shape Ends(Shape input) => input.IsKnown ? [input.Elements + 1] : [Dim.Any];

    static NDArray[] Decoded(Node n, NDArray x, bool offsets)
    {
        var rows = x.ToArray<byte[]>().Select(t => TextUnicode.Decode(t, n)).ToArray();
        NDArray splits = Splits(rows.Select(r => r.Count), n.Outputs[0].DType), values = NDArray.From(rows.SelectMany(r => r.Select(c => c.Value)).ToArray());
        return offsets ? [splits, values, NDArray.From(rows.SelectMany(r => r.Select(c => (long)c.Start)).ToArray())] : [splits, values];
    }

    /// <summary>Rows of strings as a sparse matrix.</summary>
    static NDArray[] Sparse(List<byte[]>[] rows)
    {
        var indices = rows.SelectMany((row, i) => row.SelectMany((_, k) => new long[] { i, k })).ToArray();
        return [NDArray.From(indices, [indices.Length / 2, 2]), NDArray.From(rows.SelectMany(r => r).ToArray()), new long[] { rows.Length, rows.Length == 0 ? 0 : rows.Max(r => r.Count) }];
    }

    internal static NDArray Splits(IEnumerable<int> lengths, DType dtype)
    {
        var splits = new List<long> { 0 };
        foreach (var n in lengths) splits.Add(splits[^1] + n);
        return ArrayOps.Numbers([.. splits], dtype);
    }

    /// <summary>Where each row begins and ends; checked.</summary>
    internal static (int Start, int End)[] Rows(Node n, NDArray splits, int values)
    {
        var rows = new (int, int)[Math.Max(0, splits.Count - 1)];
        for (var i = 0; i < rows.Length; i++) rows[i] = ((int)splits.Number(i), (int)splits.Number(i + 1));
        if (rows.Length > 0 && (rows[0].Item1 != 0 || rows[^1].Item2 != values || Array.Exists(rows, r => r.Item1 > r.Item2)))
            throw new EngineException($"{n.Op.Name}: the splits are out of range or not in order: {splits}. Expected numbers from 0 up to {values}, the number of values.") { Op = n.Op.Name };
        return rows;
    }

    static Op Ragged(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, NDArray[], NDArray[]> run) =>
        new(name, signature) { Shape = shape, NoGradient = Op.Discrete, DataDependent = true, Kernel = k => k.Managed(run) };
}
