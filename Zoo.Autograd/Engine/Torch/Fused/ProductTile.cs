using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A tile of a <see cref="Product"/>: some rows times a packed panel of columns, with the sums in registers.</summary>
internal static unsafe class ProductTile
{
    internal const int Rows = 6, Panel = 64;

    /// <summary>Rows of a left matrix that lies transposed which are packed together.</summary>
    const int Together = 8 * Rows;

    /// <summary>How many rows of it ahead are brought nearer meanwhile: the steps are too long for processors to guess.</summary>
    const int Soon = 8;

    internal interface IHeight { static abstract bool IsSix { get; } }
    internal readonly struct Four : IHeight { public static bool IsSix => false; }
    internal readonly struct Six : IHeight { public static bool IsSix => true; }

    /// <summary>Vectors of so many columns.</summary>
    internal static int Vectors(int columns) => (columns + 15) / 16;

    /// <summary>How many rows the next tile takes of those that are left: as few beyond the last as can be.</summary>
    internal static int Height(int left) => left is 7 or 8 ? 4 : Math.Min(Rows, left);

    /// <summary>The elements from one packed tile to the next: in the first cache no two begin at the same place.</summary>
    internal static nint Size(int rows, nint depth) => rows * depth + 16;

    /// <summary>The elements of tiles that are packed together.</summary>
    internal static long Room(long depth) => (Together + 2) * (depth + 16);

    /// <summary>Packs tiles of a left matrix that lies transposed, one element of each row after the other: as many as use whole cache lines of it. How many rows they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static int Pack(float* a, nint stride, int rows, nint depth, float* to)
    {
        if (rows > Together + 2) rows = Together;
        var whole = 0;
        while (Height(rows - whole) == Rows) whole += Rows;
        var size = Size(Rows, depth);
        for (nint k = 0; k < depth; k++)
        {
            float* from = a + k * stride, into = to + k * Rows;
            for (var i = 0; i < Together; i += 16) Sse.Prefetch0(from + Soon * stride + i);   // never a fault, wherever it points
            for (var i = 0; i < whole; i += Rows, from += Rows, into += size)
            {
                Vector128.Load(from).Store(into);
                Vector64.Load(from + 4).Store(into + 4);
            }
        }
        to += whole / Rows * size;
        for (int i = whole, height; i < rows; i += height, to += Size(height, depth))
        {
            height = Height(rows - i);
            for (nint k = 0; k < depth; k++)
                for (var r = 0; r < height; r++) to[k * height + r] = a[k * stride + i + r];
        }
        return rows;
    }

    /// <summary>A tile of the result; one that is not whole goes by way of <paramref name="sums"/>.</summary>
    internal static void Run(float* a, nint row, nint step, int rows, int depth, float* packed, float* c, nint stride, int columns, bool add, float* sums)
    {
        if (rows == Rows && columns == Panel)
        {
            Sums<Six, SmallProduct.Four>(a, row, step, Rows, depth, packed, c, stride, add);
            return;
        }
        var width = Vectors(columns) * 16;
        switch (rows > 4, Vectors(columns))
        {
            case (true, 1): Sums<Six, SmallProduct.One>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (true, 2): Sums<Six, SmallProduct.Two>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (true, 3): Sums<Six, SmallProduct.Three>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (true, 4): Sums<Six, SmallProduct.Four>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (false, 1): Sums<Four, SmallProduct.One>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (false, 2): Sums<Four, SmallProduct.Two>(a, row, step, rows, depth, packed, sums, width, false); break;
            case (false, 3): Sums<Four, SmallProduct.Three>(a, row, step, rows, depth, packed, sums, width, false); break;
            default: Sums<Four, SmallProduct.Four>(a, row, step, rows, depth, packed, sums, width, false); break;
        }
        for (var i = 0; i < rows; i++, c += stride)
            for (var j = 0; j < columns; j += 16)
            {
                var (sum, count) = (Vector512.Load(sums + i * width + j), Math.Min(16, columns - j));
                SmallProduct.Store(add ? SmallProduct.Load(c + j, count) + sum : sum, c + j, count);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sums<THeight, TWidth>(float* a, nint row, nint step, int rows, nint depth, float* b, float* c, nint stride, bool add) where THeight : struct, IHeight where TWidth : struct, SmallProduct.IWidth
    {
        row *= sizeof(float);
        step *= sizeof(float);
        byte* a0 = (byte*)a, a1 = a0 + Math.Min(1, rows - 1) * row, a2 = a0 + Math.Min(2, rows - 1) * row, a3 = a0 + Math.Min(3, rows - 1) * row, a4 = a0 + Math.Min(4, rows - 1) * row, a5 = a0 + Math.Min(5, rows - 1) * row;
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default, c50 = default, c51 = default, c52 = default, c53 = default;
        nint at = 0;
        for (; depth > 0; depth--, at += step)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = default, b2 = default, b3 = default;
            if (TWidth.Vectors > 1) b1 = Vector512.Load(b + 16);
            if (TWidth.Vectors > 2) b2 = Vector512.Load(b + 32);
            if (TWidth.Vectors > 3) b3 = Vector512.Load(b + 48);
            b += TWidth.Vectors * 16;
            SmallProduct.Add<float, TWidth>(*(float*)(a0 + at), b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
            SmallProduct.Add<float, TWidth>(*(float*)(a1 + at), b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
            SmallProduct.Add<float, TWidth>(*(float*)(a2 + at), b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
            SmallProduct.Add<float, TWidth>(*(float*)(a3 + at), b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
            if (!THeight.IsSix) continue;
            SmallProduct.Add<float, TWidth>(*(float*)(a4 + at), b0, b1, b2, b3, ref c40, ref c41, ref c42, ref c43);
            SmallProduct.Add<float, TWidth>(*(float*)(a5 + at), b0, b1, b2, b3, ref c50, ref c51, ref c52, ref c53);
        }
        Put<TWidth>(c, c00, c01, c02, c03, add);
        Put<TWidth>(c + stride, c10, c11, c12, c13, add);
        Put<TWidth>(c + 2 * stride, c20, c21, c22, c23, add);
        Put<TWidth>(c + 3 * stride, c30, c31, c32, c33, add);
        if (!THeight.IsSix) return;
        Put<TWidth>(c + 4 * stride, c40, c41, c42, c43, add);
        Put<TWidth>(c + 5 * stride, c50, c51, c52, c53, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<TWidth>(float* c, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, bool add) where TWidth : struct, SmallProduct.IWidth
    {
        if (add) (x0, x1, x2, x3) = (x0 + Vector512.Load(c), TWidth.Vectors > 1 ? x1 + Vector512.Load(c + 16) : x1, TWidth.Vectors > 2 ? x2 + Vector512.Load(c + 32) : x2, TWidth.Vectors > 3 ? x3 + Vector512.Load(c + 48) : x3);
        SmallProduct.Put<float, TWidth>(c, x0, x1, x2, x3);
    }
}
