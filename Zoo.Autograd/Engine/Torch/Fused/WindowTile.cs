using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// A tile of sums of products whose rows lie anywhere: each has an address, and each step an offset that counts for all of them, so that what a window sees need not be copied. Columns
/// go by whole vectors and at the end perhaps half a one.
/// </summary>
internal static unsafe class WindowTile
{
    /// <summary>The most rows and columns.</summary>
    internal const int Rows = ProductTile.Rows, Panel = ProductTile.Panel;

    interface IWidth : SmallProduct.IWidth { static abstract bool IsHalf { get; } }
    readonly struct Narrow<TWidth> : IWidth where TWidth : struct, SmallProduct.IWidth { public static int Vectors => TWidth.Vectors; public static bool IsHalf => true; }
    readonly struct Whole<TWidth> : IWidth where TWidth : struct, SmallProduct.IWidth { public static int Vectors => TWidth.Vectors; public static bool IsHalf => false; }

    /// <summary>Adds a tile's sums to what is there, or to a start that is the same for all its rows.</summary>
    /// <param name="rows">The rows' addresses, <see cref="Rows"/> of them: those beyond the last repeat it.</param>
    /// <param name="count">How many count.</param>
    /// <param name="steps">The steps' offsets in bytes.</param>
    /// <param name="depth">How many there are.</param>
    /// <param name="packed">The columns, a step's side by side; whole vectors of them are read.</param>
    /// <param name="across">Elements from one step's columns to the next.</param>
    /// <param name="columns">How many count, up to <see cref="Panel"/>.</param>
    /// <param name="start">What is added to, as long as <paramref name="columns"/>; null for what is there.</param>
    /// <param name="to">The first row of the result.</param>
    /// <param name="down">Elements from one to the next.</param>
    internal static void Run(nint* rows, int count, int* steps, int depth, float* packed, nint across, int columns, float* start, float* to, nint down)
    {
        nint begin = start is null ? down : 0;
        if (start is null) start = to;
        if (count <= 4) Run<ProductTile.Four>(rows, count, steps, depth, packed, across, columns, start, begin, to, down);
        else Run<ProductTile.Six>(rows, count, steps, depth, packed, across, columns, start, begin, to, down);
    }

    static void Run<THeight>(nint* rows, int count, int* steps, int depth, float* packed, nint across, int columns, float* start, nint begin, float* to, nint down) where THeight : struct, ProductTile.IHeight
    {
        switch ((columns + 7) / 8)
        {
            case <= 2: Sums<THeight, Whole<SmallProduct.One>>(rows, count, steps, depth, packed, across, columns, start, begin, to, down); break;
            case 3: Sums<THeight, Narrow<SmallProduct.One>>(rows, count, steps, depth, packed, across, columns - 16, start, begin, to, down); break;
            case 4: Sums<THeight, Whole<SmallProduct.Two>>(rows, count, steps, depth, packed, across, columns - 16, start, begin, to, down); break;
            case 5: Sums<THeight, Narrow<SmallProduct.Two>>(rows, count, steps, depth, packed, across, columns - 32, start, begin, to, down); break;
            case 6: Sums<THeight, Whole<SmallProduct.Three>>(rows, count, steps, depth, packed, across, columns - 32, start, begin, to, down); break;
            case 7: Sums<THeight, Narrow<SmallProduct.Three>>(rows, count, steps, depth, packed, across, columns - 48, start, begin, to, down); break;
            default: Sums<THeight, Whole<SmallProduct.Four>>(rows, count, steps, depth, packed, across, columns - 48, start, begin, to, down); break;
        }
    }

    /// <summary>The columns of the last vector, whole or half, that count are <paramref name="last"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sums<THeight, TWidth>(nint* rows, int count, int* steps, nint depth, float* b, nint across, int last, float* start, nint begin, float* to, nint down) where THeight : struct, ProductTile.IHeight where TWidth : struct, IWidth
    {
        byte* a0 = (byte*)rows[0], a1 = (byte*)rows[1], a2 = (byte*)rows[2], a3 = (byte*)rows[3], a4 = (byte*)rows[4], a5 = (byte*)rows[5];
        nint r1 = Math.Min(1, count - 1), r2 = Math.Min(2, count - 1), r3 = Math.Min(3, count - 1), r4 = Math.Min(4, count - 1), r5 = Math.Min(5, count - 1);
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default, c50 = default, c51 = default, c52 = default, c53 = default;
        Vector256<float> h0 = default, h1 = default, h2 = default, h3 = default, h4 = default, h5 = default;
        Begin<TWidth>(start, last, ref c00, ref c01, ref c02, ref c03, ref h0);
        Begin<TWidth>(start + r1 * begin, last, ref c10, ref c11, ref c12, ref c13, ref h1);
        Begin<TWidth>(start + r2 * begin, last, ref c20, ref c21, ref c22, ref c23, ref h2);
        Begin<TWidth>(start + r3 * begin, last, ref c30, ref c31, ref c32, ref c33, ref h3);
        if (THeight.IsSix)
        {
            Begin<TWidth>(start + r4 * begin, last, ref c40, ref c41, ref c42, ref c43, ref h4);
            Begin<TWidth>(start + r5 * begin, last, ref c50, ref c51, ref c52, ref c53, ref h5);
        }
        for (nint k = 0; k < depth; k++, b += across)
        {
            nint at = steps[k];
            Vector512<float> b0 = Vector512.Load(b), b1 = default, b2 = default, b3 = default;
            Vector256<float> half = default;
            if (TWidth.Vectors > 1) b1 = Vector512.Load(b + 16);
            if (TWidth.Vectors > 2) b2 = Vector512.Load(b + 32);
            if (TWidth.Vectors > 3) b3 = Vector512.Load(b + 48);
            if (TWidth.IsHalf) half = Vector256.Load(b + 16 * TWidth.Vectors);
            Add<TWidth>(*(float*)(a0 + at), b0, b1, b2, b3, half, ref c00, ref c01, ref c02, ref c03, ref h0);
            Add<TWidth>(*(float*)(a1 + at), b0, b1, b2, b3, half, ref c10, ref c11, ref c12, ref c13, ref h1);
            Add<TWidth>(*(float*)(a2 + at), b0, b1, b2, b3, half, ref c20, ref c21, ref c22, ref c23, ref h2);
            Add<TWidth>(*(float*)(a3 + at), b0, b1, b2, b3, half, ref c30, ref c31, ref c32, ref c33, ref h3);
            if (!THeight.IsSix) continue;
            Add<TWidth>(*(float*)(a4 + at), b0, b1, b2, b3, half, ref c40, ref c41, ref c42, ref c43, ref h4);
            Add<TWidth>(*(float*)(a5 + at), b0, b1, b2, b3, half, ref c50, ref c51, ref c52, ref c53, ref h5);
        }
        End<TWidth>(to, last, c00, c01, c02, c03, h0);
        End<TWidth>(to + r1 * down, last, c10, c11, c12, c13, h1);
        End<TWidth>(to + r2 * down, last, c20, c21, c22, c23, h2);
        End<TWidth>(to + r3 * down, last, c30, c31, c32, c33, h3);
        if (!THeight.IsSix) return;
        End<TWidth>(to + r4 * down, last, c40, c41, c42, c43, h4);
        End<TWidth>(to + r5 * down, last, c50, c51, c52, c53, h5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Begin<TWidth>(float* from, int last, ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2, ref Vector512<float> c3, ref Vector256<float> h) where TWidth : struct, IWidth
    {
        c0 = TWidth.Vectors > 1 || TWidth.IsHalf ? Vector512.Load(from) : SmallProduct.Load(from, last);
        if (TWidth.Vectors > 1) c1 = TWidth.Vectors > 2 || TWidth.IsHalf ? Vector512.Load(from + 16) : SmallProduct.Load(from + 16, last);
        if (TWidth.Vectors > 2) c2 = TWidth.Vectors > 3 || TWidth.IsHalf ? Vector512.Load(from + 32) : SmallProduct.Load(from + 32, last);
        if (TWidth.Vectors > 3) c3 = SmallProduct.Load(from + 48, last);
        if (TWidth.IsHalf) h = SmallProduct.Load(from + 16 * TWidth.Vectors, last).GetLower();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<TWidth>(float x, Vector512<float> b0, Vector512<float> b1, Vector512<float> b2, Vector512<float> b3, Vector256<float> half, ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2, ref Vector512<float> c3, ref Vector256<float> h) where TWidth : struct, IWidth
    {
        var all = Vector512.Create(x);
        c0 = Vector512.FusedMultiplyAdd(all, b0, c0);
        if (TWidth.Vectors > 1) c1 = Vector512.FusedMultiplyAdd(all, b1, c1);
        if (TWidth.Vectors > 2) c2 = Vector512.FusedMultiplyAdd(all, b2, c2);
        if (TWidth.Vectors > 3) c3 = Vector512.FusedMultiplyAdd(all, b3, c3);
        if (TWidth.IsHalf) h = Vector256.FusedMultiplyAdd(all.GetLower(), half, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void End<TWidth>(float* to, int last, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3, Vector256<float> h) where TWidth : struct, IWidth
    {
        SmallProduct.Store(c0, to, TWidth.Vectors > 1 || TWidth.IsHalf ? 16 : last);
        if (TWidth.Vectors > 1) SmallProduct.Store(c1, to + 16, TWidth.Vectors > 2 || TWidth.IsHalf ? 16 : last);
        if (TWidth.Vectors > 2) SmallProduct.Store(c2, to + 32, TWidth.Vectors > 3 || TWidth.IsHalf ? 16 : last);
        if (TWidth.Vectors > 3) SmallProduct.Store(c3, to + 48, last);
        if (TWidth.IsHalf) SmallProduct.Store(h.ToVector512Unsafe(), to + 16 * TWidth.Vectors, last);
    }
}
