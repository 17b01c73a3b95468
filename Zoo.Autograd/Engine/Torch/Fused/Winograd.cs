using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Convolutions with a window of 3 x 3 that moves by one, by Winograd's minimal filtering (Lavin and Gray, 2016): four results of a square come of 16 products over the channels where
/// the formula has 36. Numbers that are no numbers, or infinite, reach all four. Squares are transformed, multiplied and transformed back some at a time, so that these stay in the cache. The gradient for the input is one with the filter turned round.
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Elements of a transformed square.</summary>
    internal const int Square = 16;

    /// <summary>The sizes: pictures, of both sides, channels last, and zeros before the first row and column.</summary>
    internal readonly record struct Sizes(int Pictures, int Height, int Width, int Channels, int ResultHeight, int ResultWidth, int Results, int Top, int Left)
    {
        /// <summary>Of a convolution from pictures to pictures.</summary>
        internal static Sizes Of(Shape input, Shape result, long top, long left) => new((int)input[0], (int)input[1], (int)input[2], (int)input[3], (int)result[1], (int)result[2], (int)result[3], (int)top, (int)left);

        internal int Down => (ResultHeight + 1) / 2;
        internal int Across => (ResultWidth + 1) / 2;
        internal int Squares => Pictures * Down * Across;

        /// <summary>How many squares go together.</summary>
        internal int Each => Math.Clamp((1 << 14) / (Channels + Results), 8 * ProductTile.Rows, 32 * ProductTile.Rows) / ProductTile.Rows * ProductTile.Rows;

        /// <summary>The elements from one element of all squares to the next; no multiple of what the first cache counts by.</summary>
        internal nint Plane => (nint)Each * Channels + 16;
        internal nint ResultPlane => (nint)Each * Results + 16;
        internal int Width16 => ProductTile.Vectors(Results) * 16;
        internal nint Filters => (nint)Square * Channels * Width16;
        internal nint Room => Square * (Plane + ResultPlane) + Channels + ProductTile.Rows * ProductTile.Panel;

        /// <summary>The first of a square's results: its column and row, and where it lies.</summary>
        internal (int X, int Y, nint At) Place(int square)
        {
            var (x, line) = (square % Across * 2, square / Across);
            var y = line % Down * 2;
            return (x, y, (((nint)(line / Down) * ResultHeight + y) * ResultWidth + x) * Results);
        }
    }

    /// <summary>The convolution of <paramref name="x"/> with a filter that lies [out, 3, 3, in], or where <paramref name="turned"/> that of its gradient for the input; null where it is not faster.</summary>
    internal static Value? Make(Kernel k, Value x, Shape input, Value filter, bool turned, Value? bias, Shape result, long top, long left)
    {
        if (!Worth(input, result)) return null;
        var s = Sizes.Of(input, result, top, left);
        var threads = Product.Threads((long)s.Squares * Square, input[3], result[3]);
        return k.Host((from, to) => Run((float*)from[0], (float*)from[1], turned, from.Length > 2 ? (float*)from[2] : null, (float*)to[0], (float*)to[1], s, threads),
            bias is null ? [x, filter] : [x, filter, bias], (result, DType.Float32), (Room(s, threads), DType.Float32))[0];
    }

    /// <summary>Whether the window is of the kind, and there are channels enough to be worth transforming.</summary>
    internal static bool Fits(ConvWindow w, Shape filter, DType dtype) =>
        dtype == DType.Float32 && w.Rank == 2 && w.Groups == 1 && filter[0] == 3 && filter[1] == 3 && w.Strides is [1, 1] && w.Dilations is [1, 1] && Math.Min(filter[2], filter[3]) >= Least && w.Before is [<= 2, <= 2] && w.After is [<= 2, <= 2];

    /// <summary>Whether there are squares enough, most of which lie within the picture.</summary>
    internal static bool Worth(Shape input, Shape result)
    {
        var squares = input[0] * ((result[1] + 1) / 2) * ((result[2] + 1) / 2);
        return Product.Suits(squares, input[3], result[3]) && squares >= Fewest && squares * 4 <= result[0] * result[1] * result[2] * MostBeyond && Math.Max(input.Elements, result.Elements) <= int.MaxValue;
    }

    /// <summary>Fewer channels are not worth transforming, nor are fewer squares worth transforming the filters.</summary>
    const int Least = 16, Fewest = 96;

    /// <summary>How many times the results of all squares may be those within the picture.</summary>
    const double MostBeyond = 1.5;

    /// <summary>The floats that it needs as room of its own.</summary>
    internal static Shape Room(Sizes s, int threads) => Shape.Create([s.Filters + threads * (long)Math.Max(s.Room, WinogradFilters.Size)]);

    internal static void Run(float* x, float* filter, bool turned, float* bias, float* result, float* room, Sizes s, int threads)
    {
        var parts = Math.Min(threads, TorchThreads.Count);
        var filters = new WinogradFilters { From = filter, To = room, Room = room + s.Filters, Turned = turned, Sizes = s, Parts = parts };
        ParallelFor.Run(ref filters, parts, 1);
        var body = new WinogradSquares { X = x, Filters = room, Bias = bias, Result = result, Room = room + s.Filters, Sizes = s, Parts = parts };
        ParallelFor.Run(ref body, parts, 1);
    }
}

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

/// <summary>The squares of pictures of a <see cref="Winograd"/> convolution.</summary>
internal unsafe struct WinogradSquares : IRangeBody
{
    internal float* X, Filters, Bias, Result, Room;
    internal Winograd.Sizes Sizes;
    internal int Parts;

    public readonly void Do(long begin, long end)
    {
        var (s, each) = (Sizes, Sizes.Each);
        long blocks = (s.Squares + each - 1) / each;
        for (var part = begin; part < end; part++)
        {
            float* zeros = Room + part * Math.Max(s.Room, WinogradFilters.Size), sums = zeros + s.Channels, seen = sums + ProductTile.Rows * ProductTile.Panel, made = seen + Winograd.Square * s.Plane;
            new Span<float>(zeros, s.Channels).Clear();
            for (var block = blocks * part / Parts; block < blocks * (part + 1) / Parts; block++)
            {
                var first = (int)block * each;
                var count = Math.Min(each, s.Squares - first);
                for (var i = 0; i < count; i++) See(s, X, first + i, seen + (nint)i * s.Channels, s.Plane, zeros);
                for (var p = 0; p < Winograd.Square; p++)
                    for (var j = 0; j < s.Results; j += ProductTile.Panel)
                        for (int i = 0, rows; i < count; i += rows)
                        {
                            rows = ProductTile.Height(count - i);
                            ProductTile.Run(seen + p * s.Plane + (nint)i * s.Channels, s.Channels, 1, rows, s.Channels, Filters + ((nint)p * s.Width16 + j) * s.Channels, made + p * s.ResultPlane + (nint)i * s.Results + j, s.Results, Math.Min(ProductTile.Panel, s.Results - j), default, sums);
                        }
                for (var i = 0; i < count; i++) Give(first + i, made + (nint)i * s.Results);
            }
        }
    }

    /// <summary>Transforms what a square's results see: 4 x 4 places, zero beyond the picture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void See(Winograd.Sizes s, float* pictures, int square, float* to, nint plane, float* zeros)
    {
        int x = square % s.Across * 2 - s.Left, line = square / s.Across, y = line % s.Down * 2 - s.Top, picture = line / s.Down;
        var at = stackalloc float*[Winograd.Square];
        for (var i = 0; i < Winograd.Square; i++)
            at[i] = (uint)(y + i / 4) < (uint)s.Height && (uint)(x + i % 4) < (uint)s.Width ? pictures + (((nint)picture * s.Height + y + i / 4) * s.Width + x + i % 4) * s.Channels : zeros;
        for (nint c = 0; c < s.Channels; c += 16)
        {
            var count = (int)Math.Min(16, s.Channels - c);
            var (a0, b0, c0, d0) = Mix(SmallProduct.Load(at[0] + c, count), SmallProduct.Load(at[4] + c, count), SmallProduct.Load(at[8] + c, count), SmallProduct.Load(at[12] + c, count));
            var (a1, b1, c1, d1) = Mix(SmallProduct.Load(at[1] + c, count), SmallProduct.Load(at[5] + c, count), SmallProduct.Load(at[9] + c, count), SmallProduct.Load(at[13] + c, count));
            var (a2, b2, c2, d2) = Mix(SmallProduct.Load(at[2] + c, count), SmallProduct.Load(at[6] + c, count), SmallProduct.Load(at[10] + c, count), SmallProduct.Load(at[14] + c, count));
            var (a3, b3, c3, d3) = Mix(SmallProduct.Load(at[3] + c, count), SmallProduct.Load(at[7] + c, count), SmallProduct.Load(at[11] + c, count), SmallProduct.Load(at[15] + c, count));
            Put(to + c, plane, count, Mix(a0, a1, a2, a3));
            Put(to + c + 4 * plane, plane, count, Mix(b0, b1, b2, b3));
            Put(to + c + 8 * plane, plane, count, Mix(c0, c1, c2, c3));
            Put(to + c + 12 * plane, plane, count, Mix(d0, d1, d2, d3));
        }

        static void Put(float* to, nint plane, int count, (Vector512<float> X, Vector512<float> Y, Vector512<float> Z, Vector512<float> W) all)
        {
            SmallProduct.Store(all.X, to, count);
            SmallProduct.Store(all.Y, to + plane, count);
            SmallProduct.Store(all.Z, to + 2 * plane, count);
            SmallProduct.Store(all.W, to + 3 * plane, count);
        }
    }

    /// <summary>Transforms a square's products back to its four results, as far as they lie in the picture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    readonly void Give(int square, float* from)
    {
        var (s, plane) = (Sizes, Sizes.ResultPlane);
        var (x, y, at) = s.Place(square);
        var to = Result + at;
        var (right, below) = (x + 1 < s.ResultWidth, y + 1 < s.ResultHeight);
        nint step = s.Results, row = (nint)s.ResultWidth * step;
        for (nint c = 0; c < s.Results; c += 16, from += 16, to += 16)
        {
            var count = (int)Math.Min(16, s.Results - c);
            var (a0, b0) = Sum(Of(0), Of(4), Of(8), Of(12));
            var (a1, b1) = Sum(Of(1), Of(5), Of(9), Of(13));
            var (a2, b2) = Sum(Of(2), Of(6), Of(10), Of(14));
            var (a3, b3) = Sum(Of(3), Of(7), Of(11), Of(15));
            var bias = Bias is null ? default : SmallProduct.Load(Bias + c, count);
            var (left0, right0) = Sum(a0, a1, a2, a3);
            var (left1, right1) = Sum(b0, b1, b2, b3);
            SmallProduct.Store(left0 + bias, to, count);
            if (right) SmallProduct.Store(right0 + bias, to + step, count);
            if (below) SmallProduct.Store(left1 + bias, to + row, count);
            if (right && below) SmallProduct.Store(right1 + bias, to + row + step, count);

            Vector512<float> Of(int p) => SmallProduct.Load(from + p * plane, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Mix(Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w) => (x - z, y + z, z - y, y - w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>) Sum(Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w) => (x + y + z, y - z - w);
}
