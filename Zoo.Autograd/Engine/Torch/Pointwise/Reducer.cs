using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>
/// Brings tiles together. Sums of floats are kept in double and those of integers in 64 bits, so the order of the parts hardly matters; it is fixed all the
/// same. Accumulators are 8 bytes each.
/// </summary>
internal sealed unsafe class Reducer
{
    readonly delegate*<byte*, byte*, byte*, byte*, long, int, void> widen;
    readonly delegate*<byte*, int, long> fold;
    readonly delegate*<byte*, byte*, byte*, byte*, long, int, void> merge;
    readonly delegate*<byte*, long, long, void> store;
    readonly ReduceKind kind;

    internal Reducer(ReduceKind kind, DType type)
    {
        this.kind = kind;
        bool real = type.IsFloat();
        DType wide = real ? DType.Float64 : DType.Int64;
        widen = type == wide ? null : Casts.Find(type, wide);
        fold = (kind, real) switch
        {
            (ReduceKind.Sum or ReduceKind.Mean, true) => &Fold<double, BinaryOps.Add<double>>,
            (ReduceKind.Sum or ReduceKind.Mean, false) => &Fold<long, BinaryOps.Add<long>>,
            (ReduceKind.Prod, true) => &Fold<double, BinaryOps.Mul<double>>,
            (ReduceKind.Prod, false) => &Fold<long, BinaryOps.Mul<long>>,
            (ReduceKind.Max, true) => &Fold<double, BinaryOps.Max<double>>,
            (ReduceKind.Max, false) => &Fold<long, BinaryOps.Max<long>>,
            (ReduceKind.Min, true) => &Fold<double, BinaryOps.Min<double>>,
            _ => &Fold<long, BinaryOps.Min<long>>,
        };
        Opcode op = kind switch { ReduceKind.Prod => Opcode.Mul, ReduceKind.Max => Opcode.Maximum, ReduceKind.Min => Opcode.Minimum, _ => Opcode.Add };
        merge = PointwiseTable.Find(op, wide, wide);
        store = (type, kind == ReduceKind.Mean) switch
        {
            (DType.Float32, _) => &StoreReal<float>,
            (DType.Float64, _) => &StoreReal<double>,
            (DType.Int32, false) => &StoreInt<int>,
            (DType.Int64, false) => &StoreInt<long>,
            (DType.Int32, true) => &StoreMeanInt<int>,
            (DType.Int64, true) => &StoreMeanInt<long>,
            (DType.UInt8, true) => &StoreMeanInt<byte>,
            _ => &StoreInt<byte>,
        };
        Size = type.Size();
        Identity = (kind, real) switch
        {
            (ReduceKind.Prod, true) => BitConverter.DoubleToInt64Bits(1),
            (ReduceKind.Prod, false) => 1,
            (ReduceKind.Max, true) => BitConverter.DoubleToInt64Bits(double.NegativeInfinity),
            (ReduceKind.Max, false) => type switch { DType.Int64 => long.MinValue, DType.Int32 => int.MinValue, _ => 0 },
            (ReduceKind.Min, true) => BitConverter.DoubleToInt64Bits(double.PositiveInfinity),
            (ReduceKind.Min, false) => type switch { DType.Int64 => long.MaxValue, DType.Int32 => int.MaxValue, DType.UInt8 => 255, _ => 1 },
            _ => 0,
        };
    }

    /// <summary>The accumulator of nothing.</summary>
    internal long Identity { get; }
    /// <summary>Bytes of a result.</summary>
    internal int Size { get; }

    /// <summary>The tile as accumulators, in <paramref name="room"/> where it has to be converted.</summary>
    internal byte* Widen(byte* tile, byte* room, int n)
    {
        if (widen == null)
            return tile;
        widen(room, tile, tile, tile, 0, n);
        return room;
    }

    internal long Fold(byte* wide, int n) => fold(wide, n);

    /// <summary>accumulators[i] = accumulators[i] with wide[i].</summary>
    internal void Merge(byte* accumulators, byte* wide, int n) => merge(accumulators, accumulators, wide, wide, 0, n);

    internal long Merge(long a, long b)
    {
        long* pair = stackalloc long[2] { a, b };
        return fold((byte*)pair, 2);
    }

    /// <summary>Writes an accumulator of <paramref name="count"/> elements as a result.</summary>
    internal void Store(byte* result, long accumulator, long count) => store(result, accumulator, kind == ReduceKind.Mean ? count : 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static long Fold<T, TOp>(byte* x, int n) where T : unmanaged where TOp : struct, IBinary<T>
    {
        T* p = (T*)x;
        int w = Vector512<T>.Count, i;
        T result;
        if (n >= 4 * w)
        {
            Vector512<T> a = Vector512.Load(p), b = Vector512.Load(p + w), c = Vector512.Load(p + 2 * w), d = Vector512.Load(p + 3 * w);
            for (i = 4 * w; i <= n - 4 * w; i += 4 * w)
            {
                a = TOp.Do(a, Vector512.Load(p + i));
                b = TOp.Do(b, Vector512.Load(p + i + w));
                c = TOp.Do(c, Vector512.Load(p + i + 2 * w));
                d = TOp.Do(d, Vector512.Load(p + i + 3 * w));
            }
            a = TOp.Do(TOp.Do(a, b), TOp.Do(c, d));
            result = a[0];
            for (int k = 1; k < w; k++)
                result = TOp.Do(Vector512.CreateScalarUnsafe(result), Vector512.CreateScalarUnsafe(a[k])).ToScalar();
        }
        else
            (result, i) = (p[0], 1);
        for (; i < n; i++)
            result = TOp.Do(Vector512.CreateScalarUnsafe(result), Vector512.CreateScalarUnsafe(p[i])).ToScalar();
        return Unsafe.BitCast<T, long>(result);
    }

    static void StoreReal<T>(byte* result, long accumulator, long count) where T : unmanaged, INumber<T> =>
        *(T*)result = T.CreateTruncating(BitConverter.Int64BitsToDouble(accumulator) / count);

    static void StoreInt<T>(byte* result, long accumulator, long count) where T : unmanaged, INumber<T> => *(T*)result = T.CreateTruncating(accumulator);

    static void StoreMeanInt<T>(byte* result, long accumulator, long count) where T : unmanaged, INumber<T> => *(T*)result = T.CreateTruncating(count == 0 ? 0 : accumulator / count);
}
