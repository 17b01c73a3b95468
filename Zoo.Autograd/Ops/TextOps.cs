using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Strings to strings, lengths and truth values, element by element. A string is bytes; where characters matter it is UTF-8.</summary>
internal static class TextOps
{
    internal static readonly Op StringLower = Map("StringLower", "input:string -> output:string ; encoding:string=", n => n.Text("encoding").Length == 0 ? Lower : s => Unicode(s, t => t.ToLowerInvariant()));
    internal static readonly Op StringUpper = Map("StringUpper", "input:string -> output:string ; encoding:string=", n => n.Text("encoding").Length == 0 ? Upper : s => Unicode(s, t => t.ToUpperInvariant()));
    internal static readonly Op StringStrip = Map("StringStrip", "input:string -> output:string", _ => s => s.AsSpan().Trim(TextParts.Spaces).ToArray());

    internal static readonly Op StaticRegexReplace = Map("StaticRegexReplace", "input:string -> output:string ; pattern:string rewrite:string replace_global:bool=true",
        n => s => Re2.Replace(s, n.Text("pattern"), n.Text("rewrite"), n.Flag("replace_global"), n.Op.Name));

    internal static readonly Op RegexReplace = Managed("RegexReplace", "input:string pattern:string rewrite:string -> output:string ; replace_global:bool=true", Patterned, (n, v) =>
    {
        var (pattern, rewrite) = (Encoding.UTF8.GetString(v[1].AsSpan<byte[]>()[0]), Encoding.UTF8.GetString(v[2].AsSpan<byte[]>()[0]));
        return [Each(v[0], s => Re2.Replace(s, pattern, rewrite, n.Flag("replace_global"), n.Op.Name))];
    });

    internal static readonly Op StaticRegexFullMatch = Managed("StaticRegexFullMatch", "input:string -> output:bool ; pattern:string", s => s[0], (n, v) => [Each(v[0], s => Re2.FullMatch(s, n.Text("pattern"), n.Op.Name))]);

    internal static readonly Op RegexFullMatch = Managed("RegexFullMatch", "input:string pattern:string -> output:bool", Patterned, (n, v) =>
    {
        var pattern = Encoding.UTF8.GetString(v[1].AsSpan<byte[]>()[0]);
        return [Each(v[0], s => Re2.FullMatch(s, pattern, n.Op.Name))];
    });

    internal static readonly Op StringLength = Managed("StringLength", "input:string -> output:int32 ; unit:string=BYTE", s => s[0],
        (n, v) => [Each(v[0], s => n.Text("unit") == "BYTE" ? s.Length : s.Count(b => (b & 0xC0) != 0x80))]);

    internal static readonly Op Substr = Managed("Substr", "input:string pos:T len:T -> output:string ; T:index unit:string=BYTE", s =>
    {
        s.Alike(1, 2);
        return s.Broadcast();
    }, (n, v) =>
    {
        var shape = Shape.Broadcast(v[0].Shape, v[1].Shape);
        var result = new byte[shape.Elements][];
        for (var i = 0; i < result.Length; i++)
        {
            var (text, at) = (v[0].AsSpan<byte[]>()[HostMath.Index(i, shape, v[0].Shape)], HostMath.Index(i, shape, v[1].Shape));
            result[i] = TextParts.Part(text, (long)v[1].Number(at), (long)v[2].Number(at), n.Text("unit") != "BYTE");
        }
        return [NDArray.From(result, shape)];
    });

    internal static readonly Op StringJoin = Managed("StringJoin", "inputs:N*string -> output:string ; N:int separator:string=", s =>
    {
        var (shape, open) = (Shape.Scalar, false);
        for (var i = 0; i < s.Count; i++)
        {
            open |= !s[i].HasRank;
            if (!s[i].HasRank || s[i].Rank == 0) continue;
            shape = shape.Rank == 0 ? s[i] : shape.Accepts(s[i]) ? shape.Merge(s[i]) : throw s.Fail("the shapes differ", "Expected equal shapes, or single strings.");
        }
        return open && shape.Rank == 0 ? Shape.Unknown : shape;
    }, (n, v) =>
    {
        var shape = v.FirstOrDefault(a => a.Shape.Rank > 0)?.Shape ?? Shape.Scalar;
        var separator = Encoding.UTF8.GetBytes(n.Text("separator"));
        var result = new byte[shape.Elements][];
        for (var i = 0; i < result.Length; i++) result[i] = TextParts.Join(v.Select(a => a.AsSpan<byte[]>()[a.Shape.Rank == 0 ? 0 : i]), separator);
        return [NDArray.From(result, shape)];
    });

    internal static readonly Op ReduceJoin = Managed("ReduceJoin", "inputs:string reduction_indices:int32 -> output:string ; keep_dims:bool=false separator:string=", s =>
    {
        s.Rank(1, 0, 1);
        if (!s[0].HasRank) return Shape.Unknown;
        if (s.Known(1) is not { } given || given.Contains(null)) return s.Flag("keep_dims") ? ShapeContext.OfRank(s[0].Rank) : Shape.Unknown;
        var axes = given.Select(a => s.Axis(a!.Value, s[0].Rank)).ToArray();
        if (axes.Distinct().Count() != axes.Length) throw s.Fail("an axis is named twice", "Expected each axis once.");
        return Shape.Create(s.Flag("keep_dims") ? [.. s[0].Select((d, i) => axes.Contains(i) ? 1 : d)] : [.. s[0].Where((_, i) => !axes.Contains(i))]);
    }, (n, v) => [TextParts.Reduce(v[0], [.. Enumerable.Range(0, v[1].Count).Select(i => (int)v[1].Number(i))], n.Flag("keep_dims"), Encoding.UTF8.GetBytes(n.Text("separator")))]);

    internal static readonly Op UnsortedSegmentJoin = Managed("UnsortedSegmentJoin", "inputs:string segment_ids:Tindices num_segments:Tnumsegments -> output:string ; separator:string= Tindices:index Tnumsegments:index=int32", s =>
    {
        s.Rank(2, 0);
        if (!s[0].HasRank || !s[1].HasRank) return Shape.Unknown;
        if (s[1].Rank > s[0].Rank || !Shape.Create(s[0].Dims[..s[1].Rank]).Accepts(s[1])) throw s.Fail("the segment numbers do not fit", "Expected a number for each of the first axes' entries.");
        return Shape.Create([s.Known(2) is [{ } count] ? count : Dim.Any, .. s[0].Dims[s[1].Rank..]]);
    }, (n, v) => [TextParts.Segments(v[0], v[1], (int)v[2].ToNumber(), Encoding.UTF8.GetBytes(n.Text("separator")))]);

    static Shapes Patterned(ShapeContext s)
    {
        for (var i = 1; i < s.Count; i++) s.Rank(i, 0);
        return s[0];
    }

    static byte[] Lower(byte[] s) => Array.ConvertAll(s, b => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b + 32) : b);

    static byte[] Upper(byte[] s) => Array.ConvertAll(s, b => b is >= (byte)'a' and <= (byte)'z' ? (byte)(b - 32) : b);

    static byte[] Unicode(byte[] s, Func<string, string> f) => Encoding.UTF8.GetBytes(f(Encoding.UTF8.GetString(s)));

    /// <summary>An op that is a function of host arrays.</summary>
    internal static Op Managed(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, NDArray[], NDArray[]> run) =>
        new(name, signature) { Shape = shape, NoGradient = Op.Discrete, Kernel = k => k.Managed(run) };

    static Op Map(string name, string signature, Func<Node, Func<byte[], byte[]>> f) => Managed(name, signature, s => s[0], (n, v) => [Each(v[0], f(n))]);

    /// <summary>A function of each string.</summary>
    internal static NDArray Each<T>(NDArray x, Func<byte[], T> f)
    {
        var (from, to) = (x.ToArray<byte[]>(), new T[x.Count]);
        for (var i = 0; i < to.Length; i++) to[i] = f(from[i]);
        return NDArray.From(to, x.Shape);
    }
}
