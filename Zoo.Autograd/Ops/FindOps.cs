using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Results as long as the data makes them: the places of what is not zero, different values, differences of lists.</summary>
internal static class FindOps
{
    internal static readonly Op Where = new("Where", "input:T -> index:int64 ; T:float32|float64|int32|int64|uint8|int16|int8|complex64|complex128|uint16|uint32|uint64|bool=bool")
    {
        Shape = s => s[0].HasRank ? Shape.Create([Dim.Any, s[0].Rank]) : ShapeContext.OfRank(2),
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Late(NotZero(k.Shape(0), k.DType()), [k[0]], 1),
    };

    internal static readonly Op Unique = Different("Unique", "x:T", "", counts: false);
    internal static readonly Op UniqueV2 = Different("UniqueV2", "x:T axis:Taxis", " Taxis:index=int64", counts: false);
    internal static readonly Op UniqueWithCounts = Different("UniqueWithCounts", "x:T", "", counts: true);
    internal static readonly Op UniqueWithCountsV2 = Different("UniqueWithCountsV2", "x:T axis:Taxis", " Taxis:index=int64", counts: true);

    internal static readonly Op ListDiff = new("ListDiff", "x:T y:T -> out:T idx:out_idx ; T:type out_idx:index=int32")
    {
        Shape = s =>
        {
            s.Rank(0, 1);
            s.Rank(1, 1);
            return [ShapeContext.OfRank(1), ShapeContext.OfRank(1)];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k =>
        {
            var (n, m, dtype, index) = ((int)k.Shape(0)[0], (int)k.Shape(1)[0], k.DType(), k.OutDType(1));
            return k.Late(from =>
            {
                var gone = new HashSet<Int128>();
                for (var i = 0; i < m; i++)
                    if (Equals(from[1], i, dtype) is { } there) gone.Add(there);
                var kept = new List<int>();
                for (var i = 0; i < n; i++)
                    if (Equals(from[0], i, dtype) is not { } here || !gone.Contains(here)) kept.Add(i);
                return [Pick(from[0], kept, 1, Shape.Create([kept.Count]), dtype), Integers([.. kept], index)];
            }, [k[0], k[1]], 2);
        },
    };

    static Op Different(string name, string inputs, string axis, bool counts) => new(name, $"{inputs} -> y:T idx:out_idx{(counts ? " count:out_idx" : "")} ; T:type{axis} out_idx:index=int32")
    {
        Shape = s =>
        {
            Shape places = ShapeContext.OfRank(1), y = ShapeContext.OfRank(1);
            if (axis.Length == 0) places = s.Rank(0, 1);
            else
            {
                s.Rank(1, 1);
                if (s[1].IsKnown && s[1].Elements > 1) throw s.Fail($"{s[1].Elements} axes are named", "Expected one axis, or none for a vector.");
                if (s[0].HasRank && s[1].IsKnown && s[1].Elements == 0 && s[0].Rank != 1) throw s.Fail($"the input has rank {s[0].Rank} and no axis is named", "Expected a vector, or an axis.");
                if (!s[0].HasRank) y = Shape.Unknown;
                else if (s.Known(1) is [{ } at])
                {
                    var along = s.Axis(at, s[0].Rank);
                    (places, y) = (Shape.Create([s[0][along]]), s[0].With(along, Dim.Any));
                }
                else (places, y) = s[0].Rank == 1 ? (s[0], y) : (places, ShapeContext.OfRank(s[0].Rank));
            }
            return counts ? [y, places, ShapeContext.OfRank(1)] : [y, places];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k =>
        {
            var along = axis.Length > 0 && k.ConstInts(1) is [var at] ? (int)(at < 0 ? at + k.Shape(0).Rank : at) : 0;
            return k.Late(Groups(k.Shape(0), along, k.DType(), k.OutDType(1), counts), [k[0]], counts ? 3 : 2);
        },
    };

    /// <summary>Entries along an axis: each different one in the order of its first appearance, the number of each entry's, how often each appears.</summary>
    static LateKernel Groups(Shape shape, int axis, DType dtype, DType index, bool counts) => from =>
    {
        int outer = (int)Rows.Count(shape.Dims[..axis]), n = (int)shape[axis], inner = (int)Rows.Count(shape.Dims[(axis + 1)..]);
        var known = new Dictionary<Key, int>();
        int[] places = new int[n], first = new int[n], times = new int[n];
        var count = 0;
        for (var i = 0; i < n; i++)
        {
            var entry = new Int128?[outer * inner];
            for (var o = 0; o < outer; o++)
                for (var j = 0; j < inner; j++) entry[o * inner + j] = Equals(from[0], (o * n + i) * inner + j, dtype);
            var itself = !entry.Contains(null);
            if (!itself || !known.TryGetValue(new(entry), out var at))
            {
                first[at = count++] = i;
                if (itself) known[new(entry)] = at;
            }
            places[i] = at;
            times[at]++;
        }
        var elements = new List<int>();
        for (var o = 0; o < outer; o++)
            for (var u = 0; u < count; u++)
                for (var j = 0; j < inner; j++) elements.Add((o * n + first[u]) * inner + j);
        var y = Pick(from[0], elements, 1, shape.With(axis, count), dtype);
        return counts ? [y, Integers(places, index), Integers(times[..count], index)] : [y, Integers(places, index)];
    };

    /// <summary>An entry as a dictionary's key.</summary>
    readonly record struct Key(Int128?[] Bits)
    {
        public bool Equals(Key other) => Bits.AsSpan().SequenceEqual(other.Bits);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var b in Bits) hash.Add(b);
            return hash.ToHashCode();
        }
    }

    static LateKernel NotZero(Shape shape, DType dtype)
    {
        var (count, size, strides) = ((int)shape.Elements, dtype.Size(), Strides.RowMajor(shape.Dims));
        return from =>
        {
            var found = new List<long>();
            var n = 0;
            for (var i = 0; i < count; i++)
            {
                if (IsZero(from[0], i, size, dtype)) continue;
                n++;
                for (var d = 0; d < strides.Length; d++) found.Add(shape[d] == 0 ? 0 : i / strides[d] % shape[d]);
            }
            return [NDArray.From(found.ToArray(), [n, strides.Length])];
        };
    }

    static bool IsZero(nint at, int i, int size, DType dtype)
    {
        if (dtype.IsComplex()) return IsZero(at, 2 * i, size / 2, size == 8 ? DType.Float32 : DType.Float64) && IsZero(at, 2 * i + 1, size / 2, size == 8 ? DType.Float32 : DType.Float64);
        var bits = Bits(at, i, size);
        return dtype.IsFloat() ? (bits & ((Int128.One << (8 * size - 1)) - 1)) == 0 : bits == 0;   // -0 is zero
    }

    static Int128 Bits(nint at, int i, int size) => size switch
    {
        1 => HostMemory.Span<byte>(at, i + 1)[i],
        2 => HostMemory.Span<ushort>(at, i + 1)[i],
        4 => HostMemory.Span<uint>(at, i + 1)[i],
        8 => HostMemory.Span<ulong>(at, i + 1)[i],
        _ => HostMemory.Span<Int128>(at, i + 1)[i],
    };

    /// <summary>What elements that are equal share; null for NaN, which equals nothing. Zeros of both signs are equal, but for the 16-bit floats, whose bits TensorFlow hashes.</summary>
    static Int128? Equals(nint at, int i, DType dtype) => dtype switch
    {
        DType.Float32 => HostMemory.Span<float>(at, i + 1)[i] is var x && float.IsNaN(x) ? null : BitConverter.SingleToUInt32Bits(x + 0),
        DType.Float64 => HostMemory.Span<double>(at, i + 1)[i] is var x && double.IsNaN(x) ? null : BitConverter.DoubleToUInt64Bits(x + 0),
        DType.Float16 when Half.IsNaN(HostMemory.Span<Half>(at, i + 1)[i]) => null,
        DType.BFloat16 when float.IsNaN((float)HostMemory.Span<BFloat16>(at, i + 1)[i]) => null,
        _ => Bits(at, i, TorchTensor.Size(dtype)),
    };

    /// <summary>Some elements as an array.</summary>
    internal static NDArray Pick(nint at, IReadOnlyList<int> elements, int width, Shape shape, DType dtype)
    {
        var result = NDArray.Zeros(shape, dtype);
        if (dtype == DType.String)
        {
            for (var i = 0; i < result.Count; i++) result.AsSpan<byte[]>()[i] = TextTable.Current[HostMemory.Span<long>(at, (elements[i / width] + 1) * width)[elements[i / width] * width + i % width]];
            return result;
        }
        var size = dtype.Size() * width;
        for (var i = 0; i < elements.Count; i++)
            HostMemory.Span<byte>(at + (nint)((long)elements[i] * size), size).CopyTo(result.Bytes.Slice(i * size, size));
        return result;
    }

    static NDArray Integers(int[] values, DType dtype) => dtype == DType.Int32 ? NDArray.From(values) : NDArray.From(Array.ConvertAll(values, v => (long)v));
}
