using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>Conversions of tiles from one type to another.</summary>
internal static unsafe class Casts
{
    internal static void Cast<TFrom, TTo>(byte* d, byte* a, byte* b, byte* c, long first, int n) where TFrom : unmanaged, INumberBase<TFrom> where TTo : unmanaged, INumberBase<TTo>
    {
        if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(double))
            Widen((float*)a, (double*)d, n);
        else if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(int))   // what does not fit is what the processor makes of it, as in TensorFlow
            TensorPrimitives.ConvertToIntegerNative(new ReadOnlySpan<float>(a, n), new Span<int>(d, n));
        else if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(long))
            TensorPrimitives.ConvertToIntegerNative(new ReadOnlySpan<float>(a, n), new Span<long>(d, n));
        else if (typeof(TFrom) == typeof(double) && typeof(TTo) == typeof(int))
            TensorPrimitives.ConvertToIntegerNative(new ReadOnlySpan<double>(a, n), new Span<int>(d, n));
        else if (typeof(TFrom) == typeof(double) && typeof(TTo) == typeof(long))
            TensorPrimitives.ConvertToIntegerNative(new ReadOnlySpan<double>(a, n), new Span<long>(d, n));
        else
            TensorPrimitives.ConvertTruncating(new ReadOnlySpan<TFrom>(a, n), new Span<TTo>(d, n));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Widen(float* x, double* r, int n)
    {
        int i = 0;
        for (; i <= n - 16; i += 16)
        {
            (Vector512<double> lo, Vector512<double> hi) = Vector512.Widen(Vector512.Load(x + i));
            lo.Store(r + i);
            hi.Store(r + i + 8);
        }
        for (; i < n; i++)
            r[i] = x[i];
    }

    static void FromHalf(byte* d, byte* a, byte* b, byte* c, long first, int n) => TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>(a, n), new Span<float>(d, n));

    static void ToHalf(byte* d, byte* a, byte* b, byte* c, long first, int n) => TensorPrimitives.ConvertToHalf(new ReadOnlySpan<float>(a, n), new Span<Half>(d, n));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void FromBFloat(byte* d, byte* a, byte* b, byte* c, long first, int n)
    {
        ushort* x = (ushort*)a;
        uint* r = (uint*)d;
        int i = 0;
        for (; i <= n - 32; i += 32)
        {
            (Vector512<uint> lo, Vector512<uint> hi) = Vector512.Widen(Vector512.Load(x + i));
            (lo << 16).Store(r + i);
            (hi << 16).Store(r + i + 16);
        }
        for (; i < n; i++)
            r[i] = (uint)x[i] << 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ToBFloat(byte* d, byte* a, byte* b, byte* c, long first, int n)
    {
        float* x = (float*)a;
        BFloat16* r = (BFloat16*)d;
        int i = 0;
        for (; i <= n - 32; i += 32)
            Vector512.Narrow(Upper(x + i), Upper(x + i + 16)).Store((ushort*)r + i);
        for (; i < n; i++)
            r[i] = (BFloat16)x[i];
    }

    /// <summary>The upper halves, rounded as <see cref="BFloat16"/> does it.</summary>
    static Vector512<uint> Upper(float* x)
    {
        Vector512<float> value = Vector512.Load(x);
        Vector512<uint> bits = value.AsUInt32(), upper = bits >> 16;
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), (bits + Vector512.Create(0x7FFFu) + (upper & Vector512<uint>.One)) >> 16, upper | Vector512.Create(0x40u));
    }

    /// <summary>The conversion between two types; truth values count as bytes 0 and 1.</summary>
    internal static delegate*<byte*, byte*, byte*, byte*, long, int, void> Find(DType from, DType to) => (from, to) switch
    {
        (DType.Bool, DType.Bool) or (DType.Bool, DType.UInt8) => To<byte>(DType.UInt8),
        (_, DType.Bool) => ToTruth(from),
        (DType.Float16, DType.Float32) => &FromHalf,
        (DType.Float32, DType.Float16) => &ToHalf,
        (DType.BFloat16, DType.Float32) => &FromBFloat,
        (DType.Float32, DType.BFloat16) => &ToBFloat,
        (DType.Float32, _) => To<float>(to),
        (DType.Float64, _) => To<double>(to),
        (DType.Int32, _) => To<int>(to),
        (DType.Int64, _) => To<long>(to),
        (DType.UInt8 or DType.Bool, _) => To<byte>(to),
        (DType.Int8, _) => To<sbyte>(to),
        (DType.Int16, _) => To<short>(to),
        (DType.UInt16, _) => To<ushort>(to),
        (DType.UInt32, _) => To<uint>(to),
        (DType.UInt64, _) => To<ulong>(to),
        _ => null,
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> To<T>(DType to) where T : unmanaged, INumberBase<T> => to switch
    {
        DType.Float32 => &Cast<T, float>,
        DType.Float64 => &Cast<T, double>,
        DType.Int32 => &Cast<T, int>,
        DType.Int64 => &Cast<T, long>,
        DType.UInt8 => &Cast<T, byte>,
        DType.Int8 => &Cast<T, sbyte>,
        DType.Int16 => &Cast<T, short>,
        DType.UInt16 => &Cast<T, ushort>,
        DType.UInt32 => &Cast<T, uint>,
        DType.UInt64 => &Cast<T, ulong>,
        _ => null,
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> ToTruth(DType from) => from switch
    {
        DType.Float32 => &Drivers.Compare<float, BinaryOps.IsTrue<float>>,
        DType.Float64 => &Drivers.Compare<double, BinaryOps.IsTrue<double>>,
        DType.Int32 => &Drivers.Compare<int, BinaryOps.IsTrue<int>>,
        DType.Int64 => &Drivers.Compare<long, BinaryOps.IsTrue<long>>,
        DType.UInt8 => &Drivers.Compare<byte, BinaryOps.IsTrue<byte>>,
        DType.Int8 => &Drivers.Compare<sbyte, BinaryOps.IsTrue<sbyte>>,
        DType.Int16 => &Drivers.Compare<short, BinaryOps.IsTrue<short>>,
        DType.UInt16 => &Drivers.Compare<ushort, BinaryOps.IsTrue<ushort>>,
        DType.UInt32 => &Drivers.Compare<uint, BinaryOps.IsTrue<uint>>,
        DType.UInt64 => &Drivers.Compare<ulong, BinaryOps.IsTrue<ulong>>,
        _ => null,
    };
}
