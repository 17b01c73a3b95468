using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Operations on the sets that stand along the last axis, and a few ops of files on bytes.</summary>
internal static class SetOps
{
    internal static readonly Op Dense = new("DenseToDenseSetOperation", "set1:T set2:T -> result_indices:int64 result_values:T result_shape:int64 ; set_operation:string validate_indices:bool=true T:int8|int16|int32|int64|uint8|uint16|string")
    {
        Shape = s =>
        {
            if (s.Text("set_operation").ToLowerInvariant() is not ("a-b" or "b-a" or "intersection" or "union")) throw s.Fail($"set_operation is '{s.Text("set_operation")}'", "Expected a-b, b-a, intersection or union.");
            if (s[0].HasRank && (s[0].Rank < 1 || s[1].HasRank && (s[1].Rank != s[0].Rank || !s[0][..^1].Accepts(s[1][..^1]) && !s[1][..^1].Accepts(s[0][..^1])))) throw s.Fail("the groups of sets differ", "Expected shapes that differ in the last axis only.");
            var rank = s[0].HasRank ? s[0].Rank : s[1].HasRank ? s[1].Rank : Dim.Any;
            return [[Dim.Any, rank], [Dim.Any], [rank]];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => Operate(n.Text("set_operation").ToLowerInvariant(), x[0], x[1])),
    };

    internal static readonly Op DecodeRaw = new("DecodeRaw", "bytes:string -> output:out_type ; out_type:float16|float32|float64|int32|uint16|uint8|int16|int8|int64|bool little_endian:bool=true")
    {
        Shape = s => s[0].HasRank ? s[0].Concat([Dim.Any]) : Shape.Unknown,
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => [Decode(x[0], n.Type("out_type"), n.Flag("little_endian"))]),
    };

    internal static readonly Op ShardedFilename = new("ShardedFilename", "basename:string shard:int32 num_shards:int32 -> filename:string")
    {
        Shape = s =>
        {
            for (var i = 0; i < 3; i++) s.Rank(i, 0);
            return Shape.Scalar;
        },
        NoGradient = Op.Discrete,
        Kernel = k => k.Managed((_, x) => [NDArray.From([$"{x[0].ToStrings()[0]}-{(int)x[1].ToNumber():D5}-of-{(int)x[2].ToNumber():D5}"], Shape.Scalar)]),
    };

    static NDArray[] Operate(string operation, NDArray a, NDArray b)
    {
        var groups = a.Shape[..^1];
        if (groups != b.Shape[..^1]) throw new EngineException($"DenseToDenseSetOperation: the sets are {a.Shape} and {b.Shape}. Expected shapes that differ in the last axis only.") { Op = "DenseToDenseSetOperation" };
        var (places, from) = (new List<long>(), new List<(NDArray Array, int Index)>());
        long widest = 0;
        for (var g = 0; g < groups.Elements; g++)
        {
            Dictionary<object, (NDArray, int)> left = Members(a, g), right = Members(b, g);
            IEnumerable<KeyValuePair<object, (NDArray, int)>> found = operation switch
            {
                "a-b" => left.Where(m => !right.ContainsKey(m.Key)),
                "b-a" => right.Where(m => !left.ContainsKey(m.Key)),
                "intersection" => left.Where(m => right.ContainsKey(m.Key)),
                _ => left.Concat(right.Where(m => !left.ContainsKey(m.Key))),
            };
            long n = 0;
            foreach (var (_, at) in found.OrderBy(m => m.Key, Order))
            {
                places.AddRange(Place(groups, g));
                places.Add(n++);
                from.Add(at);
            }
            widest = Math.Max(widest, n);
        }
        var values = NDArray.Zeros([from.Count], a.DType);
        for (var i = 0; i < from.Count; i++) Array.Copy(from[i].Array.Data, from[i].Array.Offset + from[i].Index, values.Data, i, 1);
        return [NDArray.From(places.ToArray(), [from.Count, a.Shape.Rank]), values, NDArray.From([.. groups, widest], [a.Shape.Rank])];
    }

    // strings are told apart by their bytes, seen as characters
    static object Member(NDArray x, int i) => x.DType == DType.String ? Encoding.Latin1.GetString(x.AsSpan<byte[]>()[i]) : (long)x.Number(i);

    static readonly Comparer<object> Order = Comparer<object>.Create((a, b) => a is string text ? string.CompareOrdinal(text, (string)b) : ((long)a).CompareTo((long)b));

    static Dictionary<object, (NDArray, int)> Members(NDArray x, int group)
    {
        var (n, result) = ((int)x.Shape[-1], new Dictionary<object, (NDArray, int)>());
        for (var i = group * n; i < (group + 1) * n; i++) result.TryAdd(Member(x, i), (x, i));
        return result;
    }

    internal static long[] Place(Shape groups, long g)
    {
        var place = new long[groups.Rank];
        for (var axis = groups.Rank - 1; axis >= 0; axis--) (g, place[axis]) = Math.DivRem(g, groups[axis]);
        return place;
    }

    static NDArray Decode(NDArray texts, DType dtype, bool little)
    {
        var all = texts.AsSpan<byte[]>();
        var (size, length) = (dtype.Size(), all.Length > 0 ? all[0].Length : 0);
        foreach (var text in all)
            if (text.Length != length || length % size != 0) throw new EngineException($"DecodeRaw: a string has {text.Length} bytes. Expected {length} in each, a multiple of the {size} of {dtype.Name()}.") { Op = "DecodeRaw" };
        var result = NDArray.Zeros(texts.Shape.Concat([length / size]), dtype);
        for (var i = 0; i < all.Length; i++) all[i].CopyTo(result.Bytes[(i * length)..]);
        if (little != BitConverter.IsLittleEndian && size > 1)
            for (var i = 0; i < result.Bytes.Length; i += size) result.Bytes.Slice(i, size).Reverse();
        if (dtype == DType.Bool && result.Bytes.ContainsAnyExceptInRange((byte)0, (byte)1)) throw new EngineException("DecodeRaw: a truth value is neither 0 nor 1.") { Op = "DecodeRaw" };
        return result;
    }
}
