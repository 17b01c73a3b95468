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

    /// <summary>The conversion between two types; truth values count as bytes 0 and 1.</summary>
    internal static delegate*<byte*, byte*, byte*, byte*, long, int, void> Find(DType from, DType to) => (from, to) switch
    {
        (DType.Bool, DType.Bool) or (DType.Bool, DType.UInt8) => To<byte>(DType.UInt8),
        (_, DType.Bool) => ToTruth(from),
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
        _ => null,
    };

    static delegate*<byte*, byte*, byte*, byte*, long, int, void> ToTruth(DType from) => from switch
    {
        DType.Float32 => &Drivers.Compare<float, BinaryOps.IsTrue<float>>,
        DType.Float64 => &Drivers.Compare<double, BinaryOps.IsTrue<double>>,
        DType.Int32 => &Drivers.Compare<int, BinaryOps.IsTrue<int>>,
        DType.Int64 => &Drivers.Compare<long, BinaryOps.IsTrue<long>>,
        DType.UInt8 => &Drivers.Compare<byte, BinaryOps.IsTrue<byte>>,
        _ => null,
    };
}
