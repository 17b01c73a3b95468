using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Engine.Torch.Pointwise;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A tile of a <see cref="Product"/>: some rows times a packed panel of columns, with the sums in registers.</summary>
internal static unsafe class ProductTile
{
    internal const int Rows = 6, Panel = 64;

    /// <summary>How many rows ahead what is not packed yet is brought nearer: the steps are too long for processors to guess.</summary>
    const int Soon = 8, Later = 16;

    internal interface IHeight { static abstract bool IsSix { get; } }
    internal readonly struct Four : IHeight { public static bool IsSix => false; }
    internal readonly struct Six : IHeight { public static bool IsSix => true; }

    /// <summary>Which sides a tile packs while it multiplies, and whether it asks for what the right side is packed from next.</summary>
    interface IMode { static virtual bool Left => false; static virtual bool Right => false; static virtual bool Ahead => false; }
    readonly struct Plain : IMode;
    readonly struct Ahead : IMode { static bool IMode.Ahead => true; }
    readonly struct Left : IMode { static bool IMode.Left => true; }
    readonly struct LeftAhead : IMode { static bool IMode.Left => true; static bool IMode.Ahead => true; }
    readonly struct Right : IMode { static bool IMode.Right => true; }
    readonly struct Both : IMode { static bool IMode.Left => true; static bool IMode.Right => true; }

    /// <summary>Vectors of so many columns.</summary>
    internal static int Vectors(int columns) => (columns + 15) / 16;

    /// <summary>How many rows the next tile takes of those that are left: as few beyond the last as can be.</summary>
    internal static int Height(int left) => left is 7 or 8 ? 4 : Math.Min(Rows, left);

    /// <summary>A whole tile of the result, whose left side, right side or both are packed meanwhile.</summary>
    /// <param name="a">The first of the left side's elements.</param>
    /// <param name="row">Elements from one of its rows to the next.</param>
    /// <param name="step">Elements from one of a row to the next.</param>
    /// <param name="depth">How many of each row.</param>
    /// <param name="left">Where a left side goes that lies transposed; null where it stays.</param>
    /// <param name="from">The right side, row by row; null where it is packed.</param>
    /// <param name="across">Elements from one of its rows to the next.</param>
    /// <param name="packed">The packed panel.</param>
    /// <param name="c">The tile.</param>
    /// <param name="stride">Elements from one of its rows to the next.</param>
    /// <param name="end">What is done to the sums.</param>
    /// <param name="next">What of the right side is asked for meanwhile, as far apart as its rows; or null.</param>
    internal static void Packing(float* a, nint row, nint step, int depth, float* left, float* from, nint across, float* packed, float* c, nint stride, in ProductEnd end, float* next)
    {
        if (from is null && next is null) Sums<Six, SmallProduct.Four, Left>(a, row, step, Rows, depth, left, null, 0, packed, c, stride, end);
        else if (from is null) Sums<Six, SmallProduct.Four, LeftAhead>(a, row, step, Rows, depth, left, next, across, packed, c, stride, end);
        else if (left is null) Sums<Six, SmallProduct.Four, Right>(a, row, step, Rows, depth, null, from, across, packed, c, stride, end);
        else Sums<Six, SmallProduct.Four, Both>(a, row, step, Rows, depth, left, from, across, packed, c, stride, end);
    }

    /// <summary>A tile of the result; one that is not whole goes by way of <paramref name="sums"/>.</summary>
    internal static void Run(float* a, nint row, nint step, int rows, int depth, float* packed, float* c, nint stride, int columns, in ProductEnd end, float* sums, float* next = null, nint down = 0)
    {
        if (rows == Rows && columns == Panel)
        {
            if (next is null) Sums<Six, SmallProduct.Four, Plain>(a, row, step, Rows, depth, null, null, 0, packed, c, stride, end);
            else Sums<Six, SmallProduct.Four, Ahead>(a, row, step, Rows, depth, null, next, down, packed, c, stride, end);
            return;
        }
        var width = Vectors(columns) * 16;
        switch (rows > 4, Vectors(columns))
        {
            case (true, 1): Sums<Six, SmallProduct.One, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (true, 2): Sums<Six, SmallProduct.Two, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (true, 3): Sums<Six, SmallProduct.Three, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (true, 4): Sums<Six, SmallProduct.Four, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (false, 1): Sums<Four, SmallProduct.One, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (false, 2): Sums<Four, SmallProduct.Two, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            case (false, 3): Sums<Four, SmallProduct.Three, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
            default: Sums<Four, SmallProduct.Four, Plain>(a, row, step, rows, depth, null, null, 0, packed, sums, width, default); break;
        }
        for (var i = 0; i < rows; i++, c += stride)
            for (var j = 0; j < columns; j += 16)
            {
                var (sum, count) = (Vector512.Load(sums + i * width + j), Math.Min(16, columns - j));
                SmallProduct.Store(end.Of(sum, c + j, j, count), c + j, count);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sums<THeight, TWidth, TMode>(float* a, nint row, nint step, int rows, nint depth, float* left, float* from, nint across, float* b, float* c, nint stride, in ProductEnd end)
        where THeight : struct, IHeight where TWidth : struct, SmallProduct.IWidth where TMode : struct, IMode
    {
        row *= sizeof(float);
        step *= sizeof(float);
        byte* a0 = (byte*)a, a1 = a0 + Math.Min(1, rows - 1) * row, a2 = a0 + Math.Min(2, rows - 1) * row, a3 = a0 + Math.Min(3, rows - 1) * row, a4 = a0 + Math.Min(4, rows - 1) * row, a5 = a0 + Math.Min(5, rows - 1) * row;
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default, c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default, c30 = default, c31 = default, c32 = default, c33 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default, c43 = default, c50 = default, c51 = default, c52 = default, c53 = default;
        if (THeight.IsSix && TWidth.Vectors == SmallProduct.MaxVectors && depth > Panel)   // below that asking takes longer than waiting
            for (var i = 0; i < Rows; i++) PrefetchRow(c + i * stride);
        nint at = 0;
        var soon = TMode.Right ? from + Later * across : from;
        for (; depth > 0; depth--, at += step)
        {
            var panel = TMode.Right ? from : b;
            Vector512<float> b0 = Vector512.Load(panel), b1 = default, b2 = default, b3 = default;
            if (TWidth.Vectors > 1) b1 = Vector512.Load(panel + 16);
            if (TWidth.Vectors > 2) b2 = Vector512.Load(panel + 32);
            if (TWidth.Vectors > 3) b3 = Vector512.Load(panel + 48);
            Sse.Prefetch0(a0 + at + Soon * step);
            if (TMode.Left)
            {
                Sse.Prefetch0(a5 + at + Soon * step);
                Vector128.Load((float*)(a0 + at)).Store(left);
                Vector64.Load((float*)(a4 + at)).Store(left + 4);
                left += Rows;
            }
            if (TMode.Right)
            {
                SmallProduct.Put<float, TWidth>(b, b0, b1, b2, b3);
                PrefetchRow(soon);
                from += across;
            }
            if (TMode.Ahead) Sse.Prefetch1(soon);
            if (TMode.Right || TMode.Ahead) soon += across;
            b += TWidth.Vectors * 16;
            SmallProduct.Add<float, TWidth>(*(float*)(a0 + at), b0, b1, b2, b3, ref c00, ref c01, ref c02, ref c03);
            SmallProduct.Add<float, TWidth>(*(float*)(a1 + at), b0, b1, b2, b3, ref c10, ref c11, ref c12, ref c13);
            SmallProduct.Add<float, TWidth>(*(float*)(a2 + at), b0, b1, b2, b3, ref c20, ref c21, ref c22, ref c23);
            SmallProduct.Add<float, TWidth>(*(float*)(a3 + at), b0, b1, b2, b3, ref c30, ref c31, ref c32, ref c33);
            if (!THeight.IsSix) continue;
            SmallProduct.Add<float, TWidth>(*(float*)(a4 + at), b0, b1, b2, b3, ref c40, ref c41, ref c42, ref c43);
            SmallProduct.Add<float, TWidth>(*(float*)(a5 + at), b0, b1, b2, b3, ref c50, ref c51, ref c52, ref c53);
        }
        Put<TWidth>(c, c00, c01, c02, c03, end);
        Put<TWidth>(c + stride, c10, c11, c12, c13, end);
        Put<TWidth>(c + 2 * stride, c20, c21, c22, c23, end);
        Put<TWidth>(c + 3 * stride, c30, c31, c32, c33, end);
        if (!THeight.IsSix) return;
        Put<TWidth>(c + 4 * stride, c40, c41, c42, c43, end);
        Put<TWidth>(c + 5 * stride, c50, c51, c52, c53, end);
    }

    /// <summary>Brings a row of a panel nearer: never a fault, wherever it points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void PrefetchRow(float* x)
    {
        Sse.Prefetch0(x);
        Sse.Prefetch0(x + 16);
        Sse.Prefetch0(x + 32);
        Sse.Prefetch0(x + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put<TWidth>(float* c, Vector512<float> x0, Vector512<float> x1, Vector512<float> x2, Vector512<float> x3, in ProductEnd end) where TWidth : struct, SmallProduct.IWidth
    {
        if (end.Add) Plus(c, ref x0, ref x1, ref x2, ref x3);
        if (end.Bias is not null) Plus(end.Bias, ref x0, ref x1, ref x2, ref x3);
        if (end.Features != 0) (x0, x1, x2, x3) = (end.Back(x0, c, 16), TWidth.Vectors > 1 ? end.Back(x1, c + 16, 16) : x1, TWidth.Vectors > 2 ? end.Back(x2, c + 32, 16) : x2, TWidth.Vectors > 3 ? end.Back(x3, c + 48, 16) : x3);
        if (end.Relu) (x0, x1, x2, x3) = (UnaryOps.Relu<float>.Do(x0), UnaryOps.Relu<float>.Do(x1), UnaryOps.Relu<float>.Do(x2), UnaryOps.Relu<float>.Do(x3));
        SmallProduct.Put<float, TWidth>(c, x0, x1, x2, x3);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Plus(float* y, ref Vector512<float> x0, ref Vector512<float> x1, ref Vector512<float> x2, ref Vector512<float> x3)
        {
            x0 += Vector512.Load(y);
            if (TWidth.Vectors > 1) x1 += Vector512.Load(y + 16);
            if (TWidth.Vectors > 2) x2 += Vector512.Load(y + 32);
            if (TWidth.Vectors > 3) x3 += Vector512.Load(y + 48);
        }
    }
}

/// <summary>What becomes of a tile's sums: they are added to what is there, get a bias for their columns, go back through a Relu or lose what is negative.</summary>
internal readonly unsafe struct ProductEnd(bool add, float* bias, bool relu, nint features)
{
    internal readonly bool Add = add, Relu = relu;

    /// <summary>Of the tile's columns; or null.</summary>
    internal readonly float* Bias = bias;

    /// <summary>How far what the Relu gave lies from the result, in bytes; or 0.</summary>
    internal readonly nint Features = features;

    /// <summary>The same for a tile further on.</summary>
    internal ProductEnd At(nint column) => new(Add, Bias is null ? null : Bias + column, Relu, Features);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<float> Back(Vector512<float> sum, float* c, int count) => BinaryOps.ReluGrad<float>.Do(sum, SmallProduct.Load((float*)((byte*)c + Features), count));

    /// <summary>A vector of the tile, or the beginning of one, which belongs to a place and a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<float> Of(Vector512<float> sum, float* c, int column, int count)
    {
        if (Add) sum += SmallProduct.Load(c, count);
        if (Bias is not null) sum += SmallProduct.Load(Bias + column, count);
        if (Features != 0) sum = Back(sum, c, count);
        return Relu ? UnaryOps.Relu<float>.Do(sum) : sum;
    }
}
