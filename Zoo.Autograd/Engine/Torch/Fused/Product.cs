using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Products of float32 matrices, for processors on which MKL takes its slower way. Blocks of the right matrix are packed so that they stay in the second cache; a
/// tile of the result stays in registers while a block of the depth is added up. A result's bits depend neither on the threads nor on the rows beside it.
/// </summary>
internal static unsafe class Product
{
    const int Rows = 6, Depth = 512, Panel = 64, Packed = 1 << 17;

    interface IHeight { static abstract bool IsSix { get; } }
    readonly struct Four : IHeight { public static bool IsSix => false; }
    readonly struct Six : IHeight { public static bool IsSix => true; }

    static bool Here { get; } = Avx512F.IsSupported && X86Base.IsSupported && X86Base.CpuId(0, 0) is (_, 0x68747541, 0x444D4163, 0x69746E65);   // "AuthenticAMD"

    /// <summary>The product of a node MatMul, where it is faster here than by MKL; else null.</summary>
    internal static Value? Of(Kernel k)
    {
        var (transposeA, transposeB) = (k.Node.Flag("transpose_a"), k.Node.Flag("transpose_b"));
        var (rows, depth, columns) = (k.OutShape()[0], k.Shape(0)[transposeA ? 0 : 1], k.OutShape()[1]);
        if (!Here || k.DType() != DType.Float32 || rows < 16 || columns < 8 || depth < 4 || rows * depth * columns < 1 << 16 || Math.Max(rows, depth) * Math.Max(columns, depth) > int.MaxValue) return null;
        var threads = TorchThreads.Count;
        return k.Host((from, to) => Run((float*)from[0], transposeA, (float*)from[1], transposeB, (float*)to[0], (int)rows, (int)depth, (int)columns, (float*)to[1], threads),
            [k[0], k[1]], (k.OutShape(), DType.Float32), (Shape.Create([Room(columns, depth, threads)]), DType.Float32))[0];
    }

    /// <summary>Floats that a product needs as room of its own, on up to so many threads.</summary>
    internal static long Room(long columns, long depth, int threads) => threads * PartRoom(columns, depth);

    static long PartRoom(long columns, long depth) => Block(depth) * (Math.Min((columns + Panel - 1) / Panel * Panel, Columns(depth)) + Rows) + Rows * Panel;

    /// <summary>The most elements of a row that are added up at once.</summary>
    static long Block(long depth) => (depth + Blocks(depth) - 1) / Blocks(depth);

    static long Blocks(long depth) => (depth + Depth - 1) / Depth;

    /// <summary>How many columns are packed at once.</summary>
    static long Columns(long depth) => Packed / Block(depth) / Panel * Panel;

    /// <summary>The product of two matrices, each of which may lie transposed, into row-major memory, with room for so many threads.</summary>
    internal static void Run(float* a, bool transposeA, float* b, bool transposeB, float* c, int rows, int depth, int columns, float* room, int threads)
    {
        var parts = (int)Math.Min(Math.Min(threads, TorchThreads.Count), Math.Max(1L, (long)rows * depth * columns >> 17));
        var (tiles, panels) = ((rows + Rows - 1) / Rows, (columns + Panel - 1) / Panel);
        var body = new Body
        {
            A = a, B = b, C = c, Room = room, Size = PartRoom(columns, depth), M = rows, K = depth, N = columns, TransposeA = transposeA, TransposeB = transposeB, Parts = parts,
            ByRows = panels < parts || panels % parts != 0 && panels < 4 * parts && tiles > 2 * panels,
        };
        ParallelFor.Run(ref body, parts, 1);
    }

    struct Body : IRangeBody
    {
        internal float* A, B, C, Room;
        internal long Size;
        internal int M, K, N, Parts;
        internal bool TransposeA, TransposeB, ByRows;

        public readonly void Do(long begin, long end)
        {
            for (var part = begin; part < end; part++)
            {
                var (firstRow, lastRow) = ByRows ? Share(part, M, Rows) : (0, M);
                var (firstColumn, lastColumn) = ByRows ? (0, N) : Share(part, N, Panel);
                Part(Room + part * Size, firstRow, lastRow, firstColumn, lastColumn);
            }
        }

        readonly (int, int) Share(long part, int all, int unit)
        {
            long units = (all + unit - 1) / unit;
            return ((int)Math.Min(all, units * part / Parts * unit), (int)Math.Min(all, units * (part + 1) / Parts * unit));
        }

        readonly void Part(float* room, int firstRow, int lastRow, int firstColumn, int lastColumn)
        {
            var sums = room;
            var tile = sums + Rows * Panel;
            var packed = tile + Rows * Product.Block(K);
            var (blocks, columns, rows) = (Blocks(K), (int)Math.Min(N, Columns(K)), 0);
            for (var column = firstColumn; column < lastColumn; column += columns)
                for (var block = 0; block < blocks; block++)
                {
                    var (k, last) = ((int)(K * block / blocks), Math.Min(lastColumn, column + columns));
                    var depth = (int)(K * (block + 1) / blocks) - k;
                    if (TransposeB)
                        for (var j = column; j < last; j += Panel) PackTransposed(B + (nint)j * K + k, K, Math.Min(Panel, last - j), depth, packed + (nint)(j - column) * depth);
                    else Pack(B + (nint)k * N + column, N, last - column, depth, packed);
                    for (var i = firstRow; i < lastRow; i += rows)
                    {
                        rows = lastRow - i is var left && left is 7 or 8 ? 4 : Math.Min(Rows, left);   // as few rows beyond the last as can be
                        if (TransposeA) PackTile(A + (nint)k * M + i, M, rows, depth, tile);
                        for (var j = column; j < last; j += Panel)
                            Tile(TransposeA ? tile : A + (nint)i * K + k, TransposeA ? 1 : K, TransposeA ? Rows : 1, rows, depth, packed + (nint)(j - column) * depth, C + (nint)i * N + j, N, Math.Min(Panel, last - j), k > 0, sums);
                    }
                }
        }
    }

    static int Vectors(int columns) => (columns + 15) / 16;

    /// <summary>Panels of whole vectors, row after row.</summary>
    static void Pack(float* b, nint stride, int columns, int depth, float* packed)
    {
        for (var k = 0; k < depth; k++, b += stride)
            for (var j = 0; j < columns; j += Panel)
            {
                var left = Math.Min(Panel, columns - j);
                var from = b + j;
                var to = packed + (nint)j * depth + (nint)k * Vectors(left) * 16;
                if (left == Panel)
                {
                    Vector512.Load(from).Store(to);
                    Vector512.Load(from + 16).Store(to + 16);
                    Vector512.Load(from + 32).Store(to + 32);
                    Vector512.Load(from + 48).Store(to + 48);
                }
                else
                    for (var v = 0; v < left; v += 16) SmallProduct.Load(from + v, Math.Min(16, left - v)).Store(to + v);
            }
    }

    /// <summary>A panel of the transposed matrix: four of its columns at once, sixteen elements of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void PackTransposed(float* b, nint stride, int columns, int depth, float* to)
    {
        nint width = Vectors(columns) * 16;
        for (var j = 0; j < width; j += 4)
        {
            var from = b + j * stride;
            var k = 0;
            if (j + 4 <= columns)
                for (; k + 16 <= depth; k += 16, from += 16)
                {
                    var (r0, r1, r2, r3) = (Vector512.Load(from), Vector512.Load(from + stride), Vector512.Load(from + 2 * stride), Vector512.Load(from + 3 * stride));
                    var (low0, low1, high0, high1) = (Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackHigh(r0, r1), Avx512F.UnpackHigh(r2, r3));
                    var into = to + k * width + j;
                    Spread(Avx512F.Shuffle(low0, low1, 0x44), into, 4 * width);
                    Spread(Avx512F.Shuffle(low0, low1, 0xEE), into + width, 4 * width);
                    Spread(Avx512F.Shuffle(high0, high1, 0x44), into + 2 * width, 4 * width);
                    Spread(Avx512F.Shuffle(high0, high1, 0xEE), into + 3 * width, 4 * width);
                }
            for (; k < depth; k++, from++)
                for (var i = 0; i < 4; i++) to[k * width + j + i] = j + i < columns ? from[i * stride] : 0;
        }
    }

    /// <summary>Stores four elements each to four places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(Vector512<float> x, float* to, nint stride)
    {
        x.GetLower().GetLower().Store(to);
        x.GetLower().GetUpper().Store(to + stride);
        x.GetUpper().GetLower().Store(to + 2 * stride);
        x.GetUpper().GetUpper().Store(to + 3 * stride);
    }

    /// <summary>A few columns of the left matrix as rows, one element of each after the other.</summary>
    static void PackTile(float* a, nint stride, int rows, int depth, float* to)
    {
        if (rows == Rows)
            for (var k = 0; k < depth; k++, a += stride, to += Rows)
            {
                Vector128.Load(a).Store(to);
                Vector64.Load(a + 4).Store(to + 4);
            }
        else
            for (var k = 0; k < depth; k++, a += stride, to += Rows)
                for (var i = 0; i < Rows; i++) to[i] = i < rows ? a[i] : 0;
    }

    /// <summary>A tile of the result; one that is not whole goes by way of <paramref name="sums"/>.</summary>
    static void Tile(float* a, nint row, nint step, int rows, int depth, float* packed, float* c, nint stride, int columns, bool add, float* sums)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
