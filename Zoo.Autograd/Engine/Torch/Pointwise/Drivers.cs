using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

internal interface IUnary<T>
{
    static abstract Vector512<T> Do(Vector512<T> x);
}

internal interface IBinary<T>
{
    static abstract Vector512<T> Do(Vector512<T> x, Vector512<T> y);
}

internal interface ITernary<T>
{
    static abstract Vector512<T> Do(Vector512<T> x, Vector512<T> y, Vector512<T> z);
}

/// <summary>Answers a mask: all bits of a lane set or none. One-operand predicates ignore the second.</summary>
internal interface IPredicate<T>
{
    static abstract Vector512<T> Do(Vector512<T> x, Vector512<T> y);
}

/// <summary>
/// Loops over tiles. All have the signature (result, a, b, c, index of the first element, count) so that a kernel holds plain function pointers. A rest
/// shorter than a vector goes through a padded copy: an element's bits never depend on where in the tile it lies.
/// </summary>
internal static unsafe class Drivers
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map1<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged where TOp : struct, IUnary<T>
    {
        T* r = (T*)d, x = (T*)a;
        nint i = 0, w = Vector512<T>.Count;
        for (; i <= n - 4 * w; i += 4 * w)
        {
            Vector512<T> r0 = TOp.Do(Vector512.Load(x + i)), r1 = TOp.Do(Vector512.Load(x + i + w));
            Vector512<T> r2 = TOp.Do(Vector512.Load(x + i + 2 * w)), r3 = TOp.Do(Vector512.Load(x + i + 3 * w));
            r0.Store(r + i);
            r1.Store(r + i + w);
            r2.Store(r + i + 2 * w);
            r3.Store(r + i + 3 * w);
        }
        for (; i <= n - w; i += w)
            TOp.Do(Vector512.Load(x + i)).Store(r + i);
        if (i < n)
        {
            Vector512<T> rest = TOp.Do(Partial(x + i, (int)(n - i)));
            Unsafe.CopyBlockUnaligned(r + i, &rest, (uint)((n - i) * sizeof(T)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map2<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged where TOp : struct, IBinary<T>
    {
        T* r = (T*)d, x = (T*)a, y = (T*)b;
        nint i = 0, w = Vector512<T>.Count;
        for (; i <= n - 4 * w; i += 4 * w)
        {
            Vector512<T> r0 = TOp.Do(Vector512.Load(x + i), Vector512.Load(y + i)), r1 = TOp.Do(Vector512.Load(x + i + w), Vector512.Load(y + i + w));
            Vector512<T> r2 = TOp.Do(Vector512.Load(x + i + 2 * w), Vector512.Load(y + i + 2 * w)), r3 = TOp.Do(Vector512.Load(x + i + 3 * w), Vector512.Load(y + i + 3 * w));
            r0.Store(r + i);
            r1.Store(r + i + w);
            r2.Store(r + i + 2 * w);
            r3.Store(r + i + 3 * w);
        }
        for (; i <= n - w; i += w)
            TOp.Do(Vector512.Load(x + i), Vector512.Load(y + i)).Store(r + i);
        if (i < n)
        {
            Vector512<T> rest = TOp.Do(Partial(x + i, (int)(n - i)), Partial(y + i, (int)(n - i)));
            Unsafe.CopyBlockUnaligned(r + i, &rest, (uint)((n - i) * sizeof(T)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map3<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged where TOp : struct, ITernary<T>
    {
        T* r = (T*)d, x = (T*)a, y = (T*)b, z = (T*)c;
        nint i = 0, w = Vector512<T>.Count;
        for (; i <= n - 4 * w; i += 4 * w)
        {
            Vector512<T> r0 = TOp.Do(Vector512.Load(x + i), Vector512.Load(y + i), Vector512.Load(z + i)), r1 = TOp.Do(Vector512.Load(x + i + w), Vector512.Load(y + i + w), Vector512.Load(z + i + w));
            Vector512<T> r2 = TOp.Do(Vector512.Load(x + i + 2 * w), Vector512.Load(y + i + 2 * w), Vector512.Load(z + i + 2 * w)), r3 = TOp.Do(Vector512.Load(x + i + 3 * w), Vector512.Load(y + i + 3 * w), Vector512.Load(z + i + 3 * w));
            r0.Store(r + i);
            r1.Store(r + i + w);
            r2.Store(r + i + 2 * w);
            r3.Store(r + i + 3 * w);
        }
        for (; i <= n - w; i += w)
            TOp.Do(Vector512.Load(x + i), Vector512.Load(y + i), Vector512.Load(z + i)).Store(r + i);
        if (i < n)
        {
            Vector512<T> rest = TOp.Do(Partial(x + i, (int)(n - i)), Partial(y + i, (int)(n - i)), Partial(z + i, (int)(n - i)));
            Unsafe.CopyBlockUnaligned(r + i, &rest, (uint)((n - i) * sizeof(T)));
        }
    }

    /// <summary>Truth values are bytes 0 and 1: 64 lanes' masks are narrowed to one vector of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Compare<T, TOp>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged where TOp : struct, IPredicate<T>
    {
        T* x = (T*)a, y = (T*)b;
        int i = 0;
        for (; i <= n - 64; i += 64)
            Compare64<T, TOp>(x + i, y + i).Store(d + i);
        if (i < n)
        {
            T* px = stackalloc T[64], py = stackalloc T[64];
            new ReadOnlySpan<T>(x + i, n - i).CopyTo(new(px, 64));
            new ReadOnlySpan<T>(y + i, n - i).CopyTo(new(py, 64));
            Vector512<byte> rest = Compare64<T, TOp>(px, py);
            Unsafe.CopyBlockUnaligned(d + i, &rest, (uint)(n - i));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Select<T>(byte* d, byte* a, byte* b, byte* c, long first, int n) where T : unmanaged
    {
        T* r = (T*)d, x = (T*)b, y = (T*)c;
        int i = 0;
        for (; i <= n - 64; i += 64)
            Select64(r + i, a + i, x + i, y + i);
        for (; i < n; i++)
            r[i] = a[i] != 0 ? x[i] : y[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Compare64<T, TOp>(T* x, T* y) where T : unmanaged where TOp : struct, IPredicate<T>
    {
        Vector512<byte> mask;
        if (sizeof(T) == 1)
            mask = Mask<T, TOp>(x, y, 0).AsByte();
        else if (sizeof(T) == 2)
            mask = Vector512.Narrow(Mask<T, TOp>(x, y, 0).AsInt16(), Mask<T, TOp>(x, y, 1).AsInt16()).AsByte();
        else if (sizeof(T) == 4)
            mask = Narrow4(Mask<T, TOp>(x, y, 0).AsInt32(), Mask<T, TOp>(x, y, 1).AsInt32(), Mask<T, TOp>(x, y, 2).AsInt32(), Mask<T, TOp>(x, y, 3).AsInt32());
        else
            mask = Narrow4(
                Vector512.Narrow(Mask<T, TOp>(x, y, 0).AsInt64(), Mask<T, TOp>(x, y, 1).AsInt64()), Vector512.Narrow(Mask<T, TOp>(x, y, 2).AsInt64(), Mask<T, TOp>(x, y, 3).AsInt64()),
                Vector512.Narrow(Mask<T, TOp>(x, y, 4).AsInt64(), Mask<T, TOp>(x, y, 5).AsInt64()), Vector512.Narrow(Mask<T, TOp>(x, y, 6).AsInt64(), Mask<T, TOp>(x, y, 7).AsInt64()));
        return mask & Vector512<byte>.One;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Mask<T, TOp>(T* x, T* y, int part) where T : unmanaged where TOp : struct, IPredicate<T> =>
        TOp.Do(Vector512.Load(x + part * Vector512<T>.Count), Vector512.Load(y + part * Vector512<T>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<byte> Narrow4(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d) =>
        Vector512.Narrow(Vector512.Narrow(a, b), Vector512.Narrow(c, d)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Select64<T>(T* r, byte* condition, T* x, T* y) where T : unmanaged
    {
        Vector512<byte> c = Vector512.Load(condition);
        if (sizeof(T) == 1)
        {
            Choose(r, c.As<byte, T>(), x, y, 0);
            return;
        }
        (Vector512<ushort> lo, Vector512<ushort> hi) = Vector512.Widen(c);
        if (sizeof(T) == 2)
        {
            Choose(r, lo.As<ushort, T>(), x, y, 0);
            Choose(r, hi.As<ushort, T>(), x, y, 1);
            return;
        }
        (Vector512<uint> c0, Vector512<uint> c1) = Vector512.Widen(lo);
        (Vector512<uint> c2, Vector512<uint> c3) = Vector512.Widen(hi);
        if (sizeof(T) == 4)
        {
            Choose(r, c0.As<uint, T>(), x, y, 0);
            Choose(r, c1.As<uint, T>(), x, y, 1);
            Choose(r, c2.As<uint, T>(), x, y, 2);
            Choose(r, c3.As<uint, T>(), x, y, 3);
            return;
        }
        Choose8(r, c0, x, y, 0);
        Choose8(r, c1, x, y, 2);
        Choose8(r, c2, x, y, 4);
        Choose8(r, c3, x, y, 6);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Choose8<T>(T* r, Vector512<uint> condition, T* x, T* y, int part) where T : unmanaged
    {
        (Vector512<ulong> lo, Vector512<ulong> hi) = Vector512.Widen(condition);
        Choose(r, lo.As<ulong, T>(), x, y, part);
        Choose(r, hi.As<ulong, T>(), x, y, part + 1);
    }

    /// <summary>The condition's lanes are the integers 0 and 1, whatever T is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Choose<T>(T* r, Vector512<T> condition, T* x, T* y, int part) where T : unmanaged
    {
        int at = part * Vector512<T>.Count;
        Vector512<T> isFalse = sizeof(T) switch
        {
            1 => Vector512.Equals(condition.AsByte(), Vector512<byte>.Zero).As<byte, T>(),
            2 => Vector512.Equals(condition.AsInt16(), Vector512<short>.Zero).As<short, T>(),
            4 => Vector512.Equals(condition.AsInt32(), Vector512<int>.Zero).As<int, T>(),
            _ => Vector512.Equals(condition.AsInt64(), Vector512<long>.Zero).As<long, T>(),
        };
        Vector512.ConditionalSelect(isFalse, Vector512.Load(y + at), Vector512.Load(x + at)).Store(r + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<T> Partial<T>(T* x, int n) where T : unmanaged
    {
        Vector512<T> value = default;
        Unsafe.CopyBlockUnaligned(&value, x, (uint)(n * sizeof(T)));
        return value;
    }
}
