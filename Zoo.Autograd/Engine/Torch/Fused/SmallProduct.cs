using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// A few rows times a panel: some vectors of columns of a matrix, packed side by side, one row of the matrix after the other. Sums stay in registers. What a
/// result's bits are does not depend on how many rows go with it.
/// </summary>
internal static unsafe class SmallProduct
{
    /// <summary>How many vectors of columns a panel has at most.</summary>
    internal const int MaxVectors = 4;

    /// <summary>How many panels are multiplied before their sums are used: these stay in the first cache, and what is read with them lies side by side.</summary>
    internal const int Chunk = 8;

    /// <summary>How many rows go together: as many as the registers hold.</summary>
    internal static int Rows => Vector512.IsHardwareAccelerated ? 4 : 1;

    internal interface IWidth { static abstract int Vectors { get; } }
    internal readonly struct One : IWidth { public static int Vectors => 1; }
    internal readonly struct Two : IWidth { public static int Vectors => 2; }
    internal readonly struct Three : IWidth { public static int Vectors => 3; }
    internal readonly struct Four : IWidth { public static int Vectors => 4; }

    /// <summary>The sums, row after row, each of <paramref name="vectors"/> vectors.</summary>
    /// <param name="a">The first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="rows">How many rows there are, from 1 to <see cref="Rows"/>; what is given beyond them repeats the last.</param>
    /// <param name="depth">How long a row is.</param>
    /// <param name="step">Elements from one of a row to the next.</param>
    /// <param name="panel">The packed columns.</param>
    /// <param name="vectors">How many vectors of columns, from 1 to <see cref="MaxVectors"/>.</param>
    /// <param name="sums">Room for Rows x vectors vectors.</param>
    internal static void Run<T>(T* a, nint stride, int rows, nint depth, T* panel, int vectors, T* sums, nint step = 1) where T : unmanaged, INumber<T>
    {
        switch (vectors)
        {
            case 1: Run<T, One>(a, stride, step, rows, depth, panel, sums); break;
            case 2: Run<T, Two>(a, stride, step, rows, depth, panel, sums); break;
            case 3: Run<T, Three>(a, stride, step, rows, depth, panel, sums); break;
            default: Run<T, Four>(a, stride, step, rows, depth, panel, sums); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Run<T, TWidth>(T* a, nint stride, nint step, int rows, nint depth, T* panel, T* sums) where T : unmanaged, INumber<T> where TWidth : struct, IWidth
    {
        nint w = Vector512<T>.Count, at = 0;
        stride *= sizeof(T);
        step *= sizeof(T);
        byte* a0 = (byte*)a, a1 = a0 + Math.Min(1, rows - 1) * stride, a2 = a0 + Math.Min(2, rows - 1) * stride, a3 = a0 + Math.Min(3, rows - 1) * stride;
        Vector512<T> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<T> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        for (; depth > 0; depth--, at += step)
        {
            Vector512<T> b0 = Vector512.Load(panel), b1 = default, b2 = default, b3 = default;
            if (TWidth.Vectors > 1) b1 = Vector512.Load(panel + w);
            if (TWidth.Vectors > 2) b2 = Vector512.Load(panel + 2 * w);
            if (TWidth.Vectors > 3) b3 = Vector512.Load(panel + 3 * w);
            panel += TWidth.Vectors * w;
            Add<T, TWidth>(*(T*)(a0 + at), b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
            if (!Vector512.IsHardwareAccelerated) continue;
            Add<T, TWidth>(*(T*)(a1 + at), b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
            Add<T, TWidth>(*(T*)(a2 + at), b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
            Add<T, TWidth>(*(T*)(a3 + at), b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
        }
        Put<T, TWidth>(sums, c00, c01, c02, c03);
        if (!Vector512.IsHardwareAccelerated) return;
        Put<T, TWidth>(sums + TWidth.Vectors * w, c10, c11, c12, c13);
        Put<T, TWidth>(sums + 2 * TWidth.Vectors * w, c20, c21, c22, c23);
        Put<T, TWidth>(sums + 3 * TWidth.Vectors * w, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<T, TWidth>(T x, Vector512<T> b0, Vector512<T> b1, Vector512<T> b2, Vector512<T> b3, ref Vector512<T> c0, ref Vector512<T> c1, ref Vector512<T> c2, ref Vector512<T> c3)
        where T : unmanaged, INumber<T> where TWidth : struct, IWidth
    {
        var all = Vector512.Create(x);
        c0 = VectorMath.MultiplyAdd(all, b0, c0);
        if (TWidth.Vectors > 1) c1 = VectorMath.MultiplyAdd(all, b1, c1);
        if (TWidth.Vectors > 2) c2 = VectorMath.MultiplyAdd(all, b2, c2);
        if (TWidth.Vectors > 3) c3 = VectorMath.MultiplyAdd(all, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Put<T, TWidth>(T* sums, Vector512<T> c0, Vector512<T> c1, Vector512<T> c2, Vector512<T> c3) where T : unmanaged, INumber<T> where TWidth : struct, IWidth
    {
        nint w = Vector512<T>.Count;
        c0.Store(sums);
        if (TWidth.Vectors > 1) c1.Store(sums + w);
        if (TWidth.Vectors > 2) c2.Store(sums + 2 * w);
        if (TWidth.Vectors > 3) c3.Store(sums + 3 * w);
    }

    /// <summary>A vector, or the beginning of one with zeros behind it. Without a call, before which all vectors would leave their registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<T> Load<T>(T* x, int count) where T : unmanaged =>
        count == Vector512<T>.Count ? Vector512.Load(x)
        : !Avx512F.IsSupported ? Drivers.Partial(x, count)
        : typeof(T) == typeof(float) ? Avx512F.MaskLoad((float*)x, First<float>(count), default).As<float, T>() : Avx512F.MaskLoad((double*)x, First<double>(count), default).As<double, T>();

    /// <summary>Writes a vector, or the beginning of one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector512<T> value, T* x, int count) where T : unmanaged
    {
        if (count == Vector512<T>.Count) value.Store(x);
        else if (!Avx512F.IsSupported)
            for (var i = 0; i < count; i++) x[i] = value[i];
        else if (typeof(T) == typeof(float)) Avx512F.MaskStore((float*)x, First<float>(count), value.As<T, float>());
        else Avx512F.MaskStore((double*)x, First<double>(count), value.As<T, double>());
    }

    /// <summary>Which elements are the first ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> First<T>(T count) => Vector512.LessThan(Vector512<T>.Indices, Vector512.Create(count));

    /// <summary>
    /// Packs columns by gates: for each vector of units a panel with the columns of its first gate, its second, and so on, row after row. The matrix is
    /// [rows, …] with <paramref name="stride"/> elements a row; the columns of a gate lie side by side.
    /// </summary>
    internal static void PackGates<T>(T* matrix, int rows, nint stride, int units, int gates, T* packed) where T : unmanaged
    {
        var w = Vector512<T>.Count;
        for (var j = 0; j < units; j += w)
            for (var k = 0; k < rows; k++)
                for (var gate = 0; gate < gates; gate++, packed += w) Load(matrix + k * stride + gate * units + j, Math.Min(w, units - j)).Store(packed);
    }

    /// <summary>Packs the transposed matrix [rows, depth] for products of rows of its depth: panels of <see cref="MaxVectors"/> vectors of its rows, the last one with what is left.</summary>
    internal static void PackTransposed<T>(T* matrix, int rows, nint stride, int depth, T* packed) where T : unmanaged => Pack(matrix, rows, stride, depth, 1, packed);

    /// <summary>Packs columns in panels of <see cref="MaxVectors"/> vectors, the last one with what is left.</summary>
    /// <param name="matrix">The first element.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="across">Elements from one column to the next.</param>
    /// <param name="depth">How long a column is.</param>
    /// <param name="down">Elements from one row to the next.</param>
    /// <param name="packed">Room for whole vectors of columns.</param>
    internal static void Pack<T>(T* matrix, int columns, nint across, int depth, nint down, T* packed) where T : unmanaged
    {
        var w = Vector512<T>.Count;
        if (typeof(T) == typeof(float) && down == 1 && Avx512F.IsSupported)
        {
            new ColumnMajor((float*)matrix, across).Pack(0, depth, 0, columns, (float*)packed);
            return;
        }
        for (var j = 0; j < columns; j += MaxVectors * w)
        {
            var width = Vectors<T>(columns - j) * w;
            if (across == 1)
                for (var k = 0; k < depth; k++)
                    for (var v = 0; v < width; v += w) Load(matrix + k * down + j + v, Math.Min(w, columns - j - v)).Store(packed + k * width + v);
            else
                for (var column = 0; column < width; column++)
                    for (var k = 0; k < depth; k++) packed[k * width + column] = j + column < columns ? matrix[(j + column) * across + k * down] : default;
            packed += (nint)width * depth;
        }
    }

    /// <summary>Elements of packed columns.</summary>
    internal static nint Packed<T>(int columns, int depth) => (nint)Whole<T>(columns) * depth;

    /// <summary>A count as whole vectors.</summary>
    internal static int Whole<T>(int count) => (count + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;

    /// <summary>Vectors of the panel at a place with so many columns left.</summary>
    internal static int Vectors<T>(int left) => Math.Min(MaxVectors, (left + Vector512<T>.Count - 1) / Vector512<T>.Count);

    /// <summary>Adds rows times a matrix that <see cref="PackTransposed"/> packed to other rows, whole ones of <paramref name="columns"/>.</summary>
    internal static void AddRows<T>(T* a, nint stride, int rows, int depth, T* packed, int columns, T* add) where T : unmanaged, INumber<T> =>
        Multiply(a, stride, rows, depth, packed, depth, columns, add, columns, add: true);

    /// <summary>Rows times packed columns.</summary>
    /// <param name="a">The first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="depth">How much of them counts.</param>
    /// <param name="packed">What <see cref="Pack"/> made.</param>
    /// <param name="packedDepth">How long the packed columns are.</param>
    /// <param name="columns">How many of them count; their panels must be whole, or the last one.</param>
    /// <param name="to">The first row of results.</param>
    /// <param name="toStride">Elements from one to the next.</param>
    /// <param name="add">Whether they are added to what is there.</param>
    /// <param name="step">Elements from one of a row to the next: rows of a transposed matrix have its columns' distance.</param>
    internal static void Multiply<T>(T* a, nint stride, int rows, int depth, T* packed, int packedDepth, int columns, T* to, nint toStride, bool add, nint step = 1) where T : unmanaged, INumber<T>
    {
        var (w, tile) = (Vector512<T>.Count, Rows);
        var sums = stackalloc Vector512<T>[4 * MaxVectors];
        for (var j = 0; j < columns;)
        {
            var vectors = Vectors<T>(columns - j);
            for (var row = 0; row < rows; row += tile)
            {
                var count = Math.Min(tile, rows - row);
                Run(a + row * stride, stride, count, depth, packed, vectors, (T*)sums, step);
                for (var r = 0; r < count; r++)
                    for (var v = 0; v < vectors; v++)
                    {
                        var result = to + (row + r) * toStride + j + v * w;
                        var n = Math.Min(w, columns - j - v * w);
                        Store(add ? Load(result, n) + sums[r * vectors + v] : sums[r * vectors + v], result, n);
                    }
            }
            packed += (nint)vectors * w * packedDepth;
            j += vectors * w;
        }
    }
}
