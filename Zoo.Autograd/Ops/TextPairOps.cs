using System.Globalization;
using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Distances of sequences, other encodings, tensors written into texts.</summary>
internal static class TextPairOps
{
    internal static readonly Op EditDistance = TextOps.Managed("EditDistance",
        "hypothesis_indices:int64 hypothesis_values:T hypothesis_shape:int64 truth_indices:int64 truth_values:T truth_shape:int64 -> output:float32 ; normalize:bool=true T:type", s =>
    {
        foreach (var at in new[] { 0, 3 })
        {
            s.Rank(at, 2);
            s.Rank(at + 1, 1);
            s.Rank(at + 2, 1);
            if (s[at].HasRank && s[at + 1].HasRank) s.Same(s[at][0], s[at + 1][0], "the numbers of values and of their places");
            if (s[at].HasRank && s[at + 2].HasRank && s.Same(s[at][1], s[at + 2][0], "the numbers of axes") is 0 or 1) throw s.Fail("there are fewer than 2 axes", "Expected groups, and sequences along the last axis.");
        }
        if (s[2].HasRank && s[5].HasRank) s.Same(s[2][0], s[5][0], "the numbers of axes of hypotheses and truth");
        if (s.Known(2) is not { } a || s.Known(5) is not { } b) return s.OfLength(2) is { HasRank: true, Rank: > 0 } all ? all[..^1] : Shape.Unknown;
        return Shape.Create([.. a.Zip(b).Take(a.Length - 1).Select(d => d.First is { } x && d.Second is { } y ? Math.Max(x, y) : Dim.Any)]);
    }, (n, v) =>
    {
        var dims = Enumerable.Range(0, v[2].Count - 1).Select(i => (long)Math.Max(v[2].Number(i), v[5].Number(i))).ToArray();
        var result = NDArray.Zeros(Shape.Create(dims));
        var (guesses, truths) = (Groups(v[0], v[1], dims, n), Groups(v[3], v[4], dims, n));
        for (var i = 0; i < result.Count; i++)
        {
            List<object> guess = guesses.GetValueOrDefault(i) ?? [], truth = truths.GetValueOrDefault(i) ?? [];
            double distance = Distance(guess, truth);
            if (n.Flag("normalize")) distance = truth.Count > 0 ? distance / truth.Count : guess.Count > 0 ? double.PositiveInfinity : 0;
            result.SetNumber(i, distance);
        }
        return [result];
    });

    internal static readonly Op UnicodeTranscode = TextOps.Managed("UnicodeTranscode",
        "input:string -> output:string ; input_encoding:string output_encoding:string errors:string=replace replacement_char:int=65533 replace_control_characters:bool=false", s => s[0],
        (n, v) => [TextOps.Each(v[0], text => TextUnicode.Encode([.. TextUnicode.Decode(text, n).Select(c => c.Value)], n))]);

    internal static readonly Op StringFormat = TextOps.Managed("StringFormat", "inputs:T[] -> output:string ; T:types template:string=%s placeholder:string=%s summarize:int=3", s =>
        Parts(s.Text("template"), s.Text("placeholder")).Length == s.Count + 1 ? Shape.Scalar : throw s.Fail($"the template has {Parts(s.Text("template"), s.Text("placeholder")).Length - 1} places for {s.Count} tensors", "Expected one for each."),
        (n, v) =>
    {
        var parts = Parts(n.Text("template"), n.Text("placeholder"));
        var text = new StringBuilder(parts[0]);
        for (var i = 0; i < v.Length; i++)
        {
            Write(text, v[i], 0, 0, (int)n.Int("summarize"));
            text.Append(parts[i + 1]);
        }
        return [NDArray.From([text.ToString()], Shape.Scalar)];
    });

    static string[] Parts(string template, string placeholder) => template.Split(placeholder);

    /// <summary>A tensor in brackets, of each axis the first and last few entries.</summary>
    static void Write(StringBuilder text, NDArray x, int axis, int place, int few)
    {
        if (axis == x.Shape.Rank)
        {
            text.Append(x.DType switch
            {
                DType.String => $"\"{Encoding.UTF8.GetString(x.AsSpan<byte[]>()[place])}\"",
                DType.Float32 or DType.Float64 or DType.Float16 or DType.BFloat16 => Number(x.Number(place)),
                _ => x.Number(place).ToString(CultureInfo.InvariantCulture),
            });
            return;
        }
        var size = (int)x.Shape[axis];
        var gap = axis == x.Shape.Rank - 1 ? " " : string.Concat(Enumerable.Repeat('\n', x.Shape.Rank - 1 - axis)) + new string(' ', axis + 1);
        text.Append('[');
        for (var i = 0; i < size; i++)
        {
            if (i > 0) text.Append(gap);
            if (few >= 0 && size > 2 * few && i == few)
            {
                text.Append("...").Append(gap);
                i = size - few;
                if (i >= size) break;
            }
            Write(text, x, axis + 1, place * size + i, few);
        }
        text.Append(']');
    }

    static string Number(double value) => double.IsNaN(value) ? "nan" : double.IsInfinity(value) ? value > 0 ? "inf" : "-inf" : value.ToString("G6", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    /// <summary>The sequences by the place of their group.</summary>
    static Dictionary<int, List<object>> Groups(NDArray places, NDArray values, long[] dims, Node n)
    {
        var result = new Dictionary<int, List<object>>();
        for (var i = 0; i < values.Count; i++)
        {
            long group = 0;
            for (var axis = 0; axis < dims.Length; axis++)
            {
                var at = (long)places.Number(i * (dims.Length + 1) + axis);
                group = at >= 0 && at < dims[axis] ? group * dims[axis] + at
                    : throw new EngineException($"{n.Op.Name}: the index {at} of axis {axis} is out of range. Expected 0 to {dims[axis] - 1}. Check the indices.") { Op = n.Op.Name };
            }
            if (!result.TryGetValue((int)group, out var list)) result[(int)group] = list = [];
            list.Add(values.DType == DType.String ? Convert.ToHexString(values.AsSpan<byte[]>()[i]) : values.ComplexNumber(i));
        }
        return result;
    }

    /// <summary>How many insertions, deletions and replacements make one of the other (Levenshtein).</summary>
    static int Distance(List<object> a, List<object> b)
    {
        var row = Enumerable.Range(0, b.Count + 1).ToArray();
        for (var i = 1; i <= a.Count; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Count; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1].Equals(b[j - 1]) ? 0 : 1)));
        }
        return row[^1];
    }
}
