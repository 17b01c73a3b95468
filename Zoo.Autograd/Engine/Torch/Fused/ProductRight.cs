using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Zoo.Autograd.Engine.Torch.ProductTile;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The right matrix of a <see cref="Product"/>: it can pack blocks of itself.</summary>
internal unsafe interface IProductRight
{
    /// <summary>Packs some columns of some rows as panels of whole vectors, one row after the other in each.</summary>
    void Pack(int row, int depth, int column, int columns, float* packed);

    /// <summary>Where an element lies, and how far those below are from each other, if a tile can read it there; else null.</summary>
    float* At(int row, int column, out nint down);
}

/// <summary>A matrix that lies row by row.</summary>
internal readonly unsafe struct RowMajor(float* b, nint stride) : IProductRight
{
    public float* At(int row, int column, out nint down)
    {
        down = stride;
        return b + row * stride + column;
    }

    public void Pack(int row, int depth, int column, int columns, float* packed)
    {
        var from = b + row * stride + column;
        for (var k = 0; k < depth; k++, from += stride)
            for (var j = 0; j < columns; j += Panel)
            {
                var left = Math.Min(Panel, columns - j);
                var to = packed + (nint)j * depth + (nint)k * Vectors(left) * 16;
                if (left == Panel)
                {
                    Vector512.Load(from + j).Store(to);
                    Vector512.Load(from + j + 16).Store(to + 16);
                    Vector512.Load(from + j + 32).Store(to + 32);
                    Vector512.Load(from + j + 48).Store(to + 48);
                }
                else
                    for (var v = 0; v < left; v += 16) SmallProduct.Load(from + j + v, Math.Min(16, left - v)).Store(to + v);
            }
    }
}

/// <summary>A matrix whose columns lie one after the other.</summary>
internal readonly unsafe struct ColumnMajor(float* b, nint stride) : IProductRight
{
    public float* At(int row, int column, out nint down)
    {
        down = 0;
        return null;
    }

    public void Pack(int row, int depth, int column, int columns, float* packed)
    {
        for (var j = 0; j < columns; j += Panel) PackPanel(b + (column + j) * stride + row, Math.Min(Panel, columns - j), depth, packed + (nint)j * depth);
    }

    /// <summary>Four of a panel's columns at once, sixteen elements of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    void PackPanel(float* first, int columns, int depth, float* to)
    {
        nint width = Vectors(columns) * 16;
        for (var j = 0; j < width; j += 4)
        {
            var from = first + j * stride;
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
    static void Spread(Vector512<float> x, float* to, nint step)
    {
        x.GetLower().GetLower().Store(to);
        x.GetLower().GetUpper().Store(to + step);
        x.GetUpper().GetLower().Store(to + 2 * step);
        x.GetUpper().GetUpper().Store(to + 3 * step);
    }
}

/// <summary>What a filter sees: a row for each of its places, in the order of the result, and in it the elements of its window, zero beyond the picture. Never made whole.</summary>
internal readonly unsafe struct Windowed(float* pictures, PatchSizes sizes) : IProductRight
{
    public float* At(int row, int column, out nint down)
    {
        down = 0;
        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pack(int row, int depth, int column, int columns, float* packed)
    {
        var s = sizes;
        var (line, across, rest) = (s.WindowWidth * s.Channels, (long)s.PictureWidth * s.Channels, columns % Panel);
        if (rest % 16 != 0)
            for (var k = 0; k < depth; k++) Vector512<float>.Zero.Store(packed + (nint)(columns - rest) * depth + (nint)(k * Vectors(rest) + rest / 16) * 16);
        for (int j = 0, count; j < columns; j += count)   // as much as lies side by side on both sides, of all rows
        {
            var (dy, at, panel) = ((column + j) / line, (column + j) % line, j / Panel * Panel);
            count = Math.Min(Math.Min(line - at, columns - j), panel + Panel - j);
            nint width = Vectors(Math.Min(Panel, columns - panel)) * 16, step = s.StrideX * s.Channels;
            var to = packed + (nint)panel * depth + (j - panel);
            for (int k = 0, place = row, run; k < depth; k += run, place += run)
            {
                var (left, y) = (place % s.Width, place / s.Width % s.Height * s.StrideY - s.PadTop + dy * s.DilationY);
                run = Math.Min(s.Width - left, depth - k);
                var begin = (nint)(left * s.StrideX - s.PadLeft) * s.Channels + at;
                var from = pictures + ((nint)(place / s.Width / s.Height) * s.PictureHeight + y) * across + begin;
                for (var i = 0; i < run; i++, begin += step, from += step, to += width)
                    if ((uint)y < (uint)s.PictureHeight && begin >= 0 && begin + count <= across)
                    {
                        var v = 0;
                        for (; v + 16 <= count; v += 16) Vector512.Load(from + v).Store(to + v);
                        if (v < count) SmallProduct.Store(SmallProduct.Load(from + v, count - v), to + v, count - v);
                    }
                    else
                        for (var v = 0; v < count; v++) to[v] = (uint)y < (uint)s.PictureHeight && begin + v >= 0 && begin + v < across ? from[v] : 0;
            }
        }
    }
}

/// <summary>The sizes of pictures, channels last, of a window that goes over them, and of the places where it does.</summary>
internal readonly record struct PatchSizes(int PictureHeight, int PictureWidth, int Channels, int WindowHeight, int WindowWidth, int Height, int Width, int StrideY, int StrideX, int DilationY, int PadTop, int PadLeft);
