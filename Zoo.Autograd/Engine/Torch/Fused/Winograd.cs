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

        /// <summary>How many squares go together; all where few would be left over.</summary>
        internal int Each => Math.Clamp((1 << 14) / (Channels + Results), 8 * ProductTile.Rows, 32 * ProductTile.Rows) / ProductTile.Rows * ProductTile.Rows is var many && Squares > many && 4 * Squares <= 5 * many ? Squares : many;

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
        var threads = Threads(s);
        return k.Host((from, to) => Run((float*)from[0], (float*)from[1], turned, new() { Bias = from.Length > 2 ? (float*)from[2] : null }, (float*)to[0], (float*)to[1], s, threads),
            bias is null ? [x, filter] : [x, filter, bias], (result, DType.Float32), (Room(s, threads), DType.Float32))[0];
    }

    /// <summary>
    /// A convolution of inference: its filter is transformed once, for it holds from run to run; a bias, a sum with <paramref name="other"/>, in whose place the result may go, and Relu are done to the
    /// results of a square while they are in registers. Null where it does not fit.
    /// </summary>
    internal static Value? Held(Kernel k, ConvWindow w, Value? bias, Value? other, bool relu, bool over)
    {
        var (input, result) = (k.Shape(0), k.OutShape());
        if (!Fits(w, k.Shape(1), k.DType()) || !Lies(input, result)) return null;
        var s = Sizes.Of(input, result, w.Before[0], w.Before[1]);
        var threads = Threads(s);
        var filters = k.Host((from, to) => Pack((float*)from[0], false, (float*)to[0], (float*)to[1], s, threads), [k.Permute(k[1], 3, 0, 1, 2)],
            (Shape.Create([s.Filters]), DType.Float32), (Shape.Create([threads * (long)WinogradFilters.Size]), DType.Float32))[0];
        var room = k.Empty(Shape.Create([threads * (long)s.Room]), DType.Float32);
        var (withBias, withOther) = (bias is not null, other is not null);
        return k.Host((from, to) => Squares((float*)from[0], (float*)from[1], new() { Bias = withBias ? (float*)from[3] : null, Other = withOther ? (float*)from[^1] : null, Relu = relu }, (float*)to[0], (float*)from[2], s, threads),
            [k[0], filters, room, .. new[] { bias, other }.OfType<Value>()], over ? other : null, result);
    }

    /// <summary>Whether the window is of the kind, and there are channels enough to be worth transforming.</summary>
    internal static bool Fits(ConvWindow w, Shape filter, DType dtype) =>
        dtype == DType.Float32 && w.Rank == 2 && w.Groups == 1 && filter[0] == 3 && filter[1] == 3 && w.Strides is [1, 1] && w.Dilations is [1, 1] && Math.Min(filter[2], filter[3]) >= Least && w.Before is [<= 2, <= 2] && w.After is [<= 2, <= 2];

    /// <summary>Whether there are squares enough, most of which lie within the picture, to be worth transforming the filter too.</summary>
    internal static bool Worth(Shape input, Shape result) => Lies(input, result) && Count(result) >= Fewest;

    static bool Lies(Shape input, Shape result) =>
        Product.Suits(Count(result), input[3], result[3]) && Count(result) * 4 <= result[0] * result[1] * result[2] * MostBeyond && Math.Max(input.Elements, result.Elements) <= int.MaxValue;

    static long Count(Shape result) => result[0] * ((result[1] + 1) / 2) * ((result[2] + 1) / 2);

    static int Threads(Sizes s) => Product.Threads((long)s.Squares * Square, s.Channels, s.Results);

    /// <summary>Fewer channels are not worth transforming, nor are fewer squares worth transforming the filters.</summary>
    const int Least = 16, Fewest = 96;

    /// <summary>How many times the results of all squares may be those within the picture.</summary>
    const double MostBeyond = 1.5;

    /// <summary>The floats that it needs as room of its own.</summary>
    internal static Shape Room(Sizes s, int threads) => Shape.Create([s.Filters + threads * (long)Math.Max(s.Room, WinogradFilters.Size)]);

    internal static void Run(float* x, float* filter, bool turned, ConvEnd end, float* result, float* room, Sizes s, int threads)
    {
        Pack(filter, turned, room, room + s.Filters, s, threads);
        Squares(x, room, end, result, room + s.Filters, s, threads);
    }

    static void Pack(float* filter, bool turned, float* filters, float* room, Sizes s, int threads)
    {
        var body = new WinogradFilters { From = filter, To = filters, Room = room, Turned = turned, Sizes = s, Parts = Math.Min(threads, TorchThreads.Count) };
        ParallelFor.Run(ref body, body.Parts, 1);
    }

    /// <summary>With the filter as <see cref="Pack"/> gives it.</summary>
    internal static void Squares(float* x, float* filters, ConvEnd end, float* result, float* room, Sizes s, int threads)
    {
        var shares = Shares.Of(s.Squares, s.Results, Math.Min(threads, TorchThreads.Count));
        var body = new WinogradSquares { X = x, Filters = filters, End = end, Result = result, Room = room, Sizes = s, Shares = shares };
        ParallelFor.Run(ref body, shares.Count, 1);
    }
}

/// <summary>The squares of pictures of a <see cref="Winograd"/> convolution.</summary>
internal unsafe struct WinogradSquares : IRangeBody
{
    internal float* X, Filters, Result, Room;
    internal ConvEnd End;
    internal Winograd.Sizes Sizes;
    internal Shares Shares;

    public readonly void Do(long begin, long end)
    {
        var (s, each) = (Sizes, Sizes.Each);
        for (var part = begin; part < end; part++)
        {
            float* zeros = Room + part * s.Room, sums = zeros + s.Channels, seen = sums + ProductTile.Rows * ProductTile.Panel, made = seen + Winograd.Square * s.Plane;
            new Span<float>(zeros, s.Channels).Clear();
            var (start, last) = Shares.Rows(part, s.Squares);
            var (left, right) = Shares.Columns(part, s.Results);
            for (var first = start; first < last; first += each)
            {
                var count = Math.Min(each, last - first);
                for (var i = 0; i < count; i++) See(s, X, first + i, seen + (nint)i * s.Channels, s.Plane, zeros);
                for (var p = 0; p < Winograd.Square; p++)
                    for (var j = left; j < right; j += ProductTile.Panel)
                        for (int i = 0, rows; i < count; i += rows)
                        {
                            rows = ProductTile.Height(count - i);
                            ProductTile.Run(seen + p * s.Plane + (nint)i * s.Channels, s.Channels, 1, rows, s.Channels, Filters + ((nint)p * s.Width16 + j) * s.Channels, made + p * s.ResultPlane + (nint)i * s.Results + j, s.Results, Math.Min(ProductTile.Panel, s.Results - j), default, sums);
                        }
                for (var i = 0; i < count; i++) Give(first + i, made + (nint)i * s.Results, left, right);
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

    /// <summary>Transforms a square's products back to its four results, as far as they lie in the picture, from a column up to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    readonly void Give(int square, float* products, int first, int last)
    {
        var (s, plane) = (Sizes, Sizes.ResultPlane);
        var (x, y, at) = s.Place(square);
        var (right, below) = (x + 1 < s.ResultWidth, y + 1 < s.ResultHeight);
        nint step = s.Results, row = (nint)s.ResultWidth * step;
        for (nint c = first; c < last; c += 16)
        {
            var from = products + c;
            var count = (int)Math.Min(16, last - c);
            var (a0, b0) = Sum(Of(0), Of(4), Of(8), Of(12));
            var (a1, b1) = Sum(Of(1), Of(5), Of(9), Of(13));
            var (a2, b2) = Sum(Of(2), Of(6), Of(10), Of(14));
            var (a3, b3) = Sum(Of(3), Of(7), Of(11), Of(15));
            var (left0, right0) = Sum(a0, a1, a2, a3);
            var (left1, right1) = Sum(b0, b1, b2, b3);
            var bias = End.Bias is null ? default : SmallProduct.Load(End.Bias + c, count);
            End.Store(left0 + bias, Result, at + c, count);
            if (right) End.Store(right0 + bias, Result, at + step + c, count);
            if (below) End.Store(left1 + bias, Result, at + row + c, count);
            if (right && below) End.Store(right1 + bias, Result, at + row + step + c, count);

            Vector512<float> Of(int p) => SmallProduct.Load(from + p * plane, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) Mix(Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w) => (x - z, y + z, z - y, y - w);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float>, Vector512<float>) Sum(Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w) => (x + y + z, y - z - w);
}
