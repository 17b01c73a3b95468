using System.Globalization;
using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Strings to numbers and back, hashes of strings.</summary>
internal static class TextNumberOps
{
    internal static readonly Op StringToHashBucketFast = Hash("StringToHashBucketFast", "", (_, s) => FarmHash.Fingerprint64(s));
    internal static readonly Op StringToHashBucket = Hash("StringToHashBucket", "", (_, s) => TextHash.Murmur(s));
    internal static readonly Op StringToHashBucketStrong = Hash("StringToHashBucketStrong", " key:ints", (n, s) => TextHash.Sip(s, (ulong)n.Ints("key")[0], (ulong)n.Ints("key")[1]));

    internal static readonly Op StringToNumber = TextOps.Managed("StringToNumber", "string_tensor:string -> output:out_type ; out_type:float32|float64|int32|int64|uint32|uint64=float32", s => s[0], (n, v) =>
    {
        var to = NDArray.Zeros(v[0].Shape, n.Out.DType);
        for (var i = 0; i < to.Count; i++) Parse(Encoding.UTF8.GetString(v[0].AsSpan<byte[]>()[i]), to, i);
        return [to];
    });

    internal static readonly Op AsString = TextOps.Managed("AsString",
        "input:T -> output:string ; T:float32|float64|int32|uint8|int16|int8|int64|bfloat16|uint16|float16|uint32|uint64|complex64|complex128|bool|string precision:int=-1 scientific:bool=false shortest:bool=false width:int=-1 fill:string=", s =>
    {
        if (s.Flag("scientific") && s.Flag("shortest")) throw s.Fail("scientific and shortest are both asked for", "Expected one of them.");
        if (s.Text("fill").Length > 1 || s.Text("fill").Length == 1 && !" +-0#".Contains(s.Text("fill"))) throw s.Fail($"fill is '{s.Text("fill")}'", "Expected one of ' ', '+', '-', '0', '#'.");
        return s[0];
    }, (n, v) =>
    {
        var format = new PrintFormat(n.Text("fill"), (int)n.Int("width"), (int)n.Int("precision"), n.Flag("scientific") ? 'e' : n.Flag("shortest") ? 'g' : 'f');
        return [NDArray.From(Enumerable.Range(0, v[0].Count).Select(i => format.Of(v[0], i)).ToArray(), v[0].Shape)];
    });

    static void Parse(string text, NDArray to, int i)
    {
        var trimmed = text.Trim(' ', '\t', '\n', '\v', '\f', '\r');
        var culture = CultureInfo.InvariantCulture;
        const NumberStyles whole = NumberStyles.AllowLeadingSign, real = NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite;
        var read = to.DType.IsFloat() || !trimmed.StartsWith('+');
        switch (to.DType)
        {
            case DType.Int32: read &= int.TryParse(trimmed, whole, culture, out to.AsSpan<int>()[i]); break;
            case DType.Int64: read &= long.TryParse(trimmed, whole, culture, out to.AsSpan<long>()[i]); break;
            case DType.UInt32: read &= uint.TryParse(trimmed, NumberStyles.None, culture, out to.AsSpan<uint>()[i]); break;
            case DType.UInt64: read &= ulong.TryParse(trimmed, NumberStyles.None, culture, out to.AsSpan<ulong>()[i]); break;
            case DType.Float32: read &= float.TryParse(Named(trimmed), real, culture, out to.AsSpan<float>()[i]); break;
            default: read &= double.TryParse(Named(trimmed), real, culture, out to.AsSpan<double>()[i]); break;
        }
        if (!read) throw new EngineException($"StringToNumber: '{text}' at place {i} is no {to.DType.Name()}. Expected the digits of a number within its range.") { Op = "StringToNumber" };
    }

    /// <summary>C's names of what is no number.</summary>
    static string Named(string text) => text.TrimStart('+', '-').ToLowerInvariant() switch
    {
        "inf" or "infinity" => text.StartsWith('-') ? "-Infinity" : "Infinity",
        "nan" => "NaN",
        _ => text,
    };

    static Op Hash(string name, string attrs, Func<Node, byte[], ulong> hash) => TextOps.Managed(name, $"{(name.EndsWith("Bucket", StringComparison.Ordinal) ? "string_tensor" : "input")}:string -> output:int64 ; num_buckets:int{attrs}", s =>
    {
        if (s.Int("num_buckets") < 1) throw s.Fail($"num_buckets is {s.Int("num_buckets")}", "Expected 1 or more.");
        if (s.Has("key") && s.Ints("key").Length != 2) throw s.Fail($"the key has {s.Ints("key").Length} numbers", "Expected 2.");
        return s[0];
    }, (n, v) => [TextOps.Each(v[0], s => (long)(hash(n, s) % (ulong)n.Int("num_buckets")))]);
}
