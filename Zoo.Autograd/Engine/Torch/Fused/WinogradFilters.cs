using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The filters of a <see cref="Winograd"/> convolution, transformed and packed as panels of results.</summary>
internal unsafe struct WinogradFilters : IRangeBody
{
    const int Block = ProductTile.Panel;
    internal const int Size = Winograd.Square * Block * Block;

    internal float* From, To, Room;
    internal bool Turned;
    internal Winograd.Sizes Sizes;
    internal int Parts;

    public readonly void Do(long begin, long end)
    {
        var (outer, inner) = Turned ? (Sizes.Channels, Sizes.Results) : (Sizes.Results, Sizes.Channels);
        int down = (outer + Block - 1) / Block, across = (inner + Block - 1) / Block;
        for (var part = begin; part < end; part++)
            for (var block = down * across * part / Parts; block < down * across * (part + 1) / Parts; block++)
            {
                int o = (int)(block / across) * Block, i = (int)(block % across) * Block;
                Pack(Room + part * Size, o, Math.Min(Block, outer - o), i, Math.Min(Block, inner - i), inner);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    readonly void Pack(float* room, int o, int rows, int i, int columns, int inner)
    {
        const int plane = Block * Block;
        for (var row = 0; row < rows; row++)
            for (var c = 0; c < columns; c += 16)
            {
                var from = From + (nint)(o + row) * 9 * inner + i + c;
                var (step, count) = ((nint)inner, Math.Min(16, columns - c));
                if (Turned)
                {
                    from += 8 * step;
                    step = -step;
                }
                var (a0, b0, c0, d0) = Spread(SmallProduct.Load(from, count), SmallProduct.Load(from + 3 * step, count), SmallProduct.Load(from + 6 * step, count));
                var (a1, b1, c1, d1) = Spread(SmallProduct.Load(from + step, count), SmallProduct.Load(from + 4 * step, count), SmallProduct.Load(from + 7 * step, count));
                var (a2, b2, c2, d2) = Spread(SmallProduct.Load(from + 2 * step, count), SmallProduct.Load(from + 5 * step, count), SmallProduct.Load(from + 8 * step, count));
                var to = room + row * Block + c;
                Put(to, Spread(a0, a1, a2));
                Put(to + 4 * plane, Spread(b0, b1, b2));
                Put(to + 8 * plane, Spread(c0, c1, c2));
                Put(to + 12 * plane, Spread(d0, d1, d2));
            }
        var (channel, result, depth, width) = Turned ? (o, i, rows, columns) : (i, o, columns, rows);
        for (var p = 0; p < Winograd.Square; p++)
        {
            var panel = result / Block * Block;
            var into = To + ((nint)p * Sizes.Width16 + panel) * Sizes.Channels + (nint)channel * ProductTile.Vectors(width) * 16;
            if (Turned) new RowMajor(room + p * plane, Block).Pack(0, depth, 0, width, into);
            else new ColumnMajor(room + p * plane, Block).Pack(0, depth, 0, width, into);
        }

        static void Put(float* to, (Vector512<float> X, Vector512<float> Y, Vector512<float> Z, Vector512<float> W) all)
        {
            all.X.Store(to);
            all.Y.Store(to + plane);
            all.Z.Store(to + 2 * plane);
            all.W.Store(to + 3 * plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Spread(Vector512<float> x, Vector512<float> y, Vector512<float> z)
    {
        var (ends, half) = ((x + z) * 0.5f, y * 0.5f);
        return (x, ends + half, ends - half, z);
    }
}
