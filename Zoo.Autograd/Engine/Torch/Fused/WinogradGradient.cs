using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// The gradient of a <see cref="Winograd"/> convolution for its filter: squares of both sides are transformed, multiplied over the places, some squares after the others, and the sums
/// transformed back at the end. In the same order whatever the threads.
/// </summary>
internal static unsafe class WinogradGradient
{
    /// <summary>The gradient for a filter that lies [out, 3, 3, in]; null where it is not faster.</summary>
    internal static Value? Make(Kernel k, Value x, Shape input, Value gradient, Shape output, long top, long left)
    {
        if (!Winograd.Worth(input, output)) return null;
        var s = Winograd.Sizes.Of(input, output, top, left);
        var threads = Product.Threads(s.Channels, (long)Winograd.Square * s.Squares, s.Results);
        return k.Host((from, to) => Run((float*)from[0], (float*)from[1], (float*)to[0], (float*)to[1], s, threads),
            [x, gradient], (Shape.Create([s.Results, 3, 3, s.Channels]), DType.Float32), (Room(s, threads), DType.Float32))[0];
    }

    /// <summary>The floats that it needs as room of its own.</summary>
    internal static Shape Room(Winograd.Sizes s, int threads) =>
        Shape.Create([s.Channels + (long)Winograd.Square * (Plane(Each(s), s.Channels) + Plane(Each(s), s.Results) + (long)s.Channels * s.Results) + Product.Room(s.Channels, Each(s), threads)[0]]);

    /// <summary>How many squares go together: so many that adding their sums up is little beside making them.</summary>
    static int Each(Winograd.Sizes s) => Math.Min(s.Squares, Math.Clamp((1 << 16) / (s.Channels + s.Results), 128, 512));

    /// <summary>The elements from one element of all squares to the next; no multiple of what the first cache counts by.</summary>
    static nint Plane(int each, int channels) => (nint)each * channels + 16;

    internal static void Run(float* x, float* gradient, float* result, float* room, Winograd.Sizes s, int threads)
    {
        var (parts, each) = (Math.Min(threads, TorchThreads.Count), Each(s));
        var body = new Body
        {
            X = x,
            Gradient = gradient,
            Result = result,
            Sizes = s,
            Plane = Plane(each, s.Channels),
            ResultPlane = Plane(each, s.Results),
            RoomSize = Product.Room(s.Channels, each, 1)[0],
            Zeros = room,
            Seen = room + s.Channels,
        };
        body.Back = body.Seen + Winograd.Square * body.Plane;
        body.Sums = body.Back + Winograd.Square * body.ResultPlane;
        body.Room = body.Sums + (nint)Winograd.Square * s.Channels * s.Results;
        new Span<float>(room, s.Channels).Clear();
        for (; body.First < s.Squares; body.First += each)
        {
            body.Count = Math.Min(each, s.Squares - body.First);
            body.Go(Step.Transform, body.Count, parts);
            body.Go(Step.Multiply, Winograd.Square, parts);
        }
        body.Go(Step.Finish, s.Results, parts);
    }

    enum Step { Transform, Multiply, Finish }

    struct Body : IRangeBody
    {
        internal float* X, Gradient, Result, Zeros, Seen, Back, Sums, Room;
        internal Winograd.Sizes Sizes;
        internal nint Plane, ResultPlane;
        internal long RoomSize;
        internal int First, Count;
        Step step;
        int all, parts;

        /// <summary>Does one step of a block, on up to so many threads.</summary>
        internal void Go(Step step, int all, int parts)
        {
            (this.step, this.all, this.parts) = (step, all, parts);
            ParallelFor.Run(ref this, parts, 1);
        }

        public readonly void Do(long begin, long end)
        {
            for (var part = begin; part < end; part++)
                for (var i = (int)(all * part / parts); i < all * (part + 1) / parts; i++)
                    switch (step)
                    {
                        case Step.Transform:
                            WinogradSquares.See(Sizes, X, First + i, Seen + (nint)i * Sizes.Channels, Plane, Zeros);
                            Spread(First + i, Back + (nint)i * Sizes.Results);
                            break;
                        case Step.Multiply:
                            Product.Serial(Back + i * ResultPlane, true, new RowMajor(Seen + i * Plane, Sizes.Channels), Sums + (nint)i * Sizes.Channels * Sizes.Results, null, Sizes.Results, Count, Sizes.Channels, Room + part * RoomSize, First > 0);
                            break;
                        default:
                            Finish(i);
                            break;
                    }
        }

        /// <summary>Transforms the gradients of a square's four results, of which those beyond the picture are zero.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        readonly void Spread(int square, float* to)
        {
            var (s, plane) = (Sizes, ResultPlane);
            var (x, y, at) = s.Place(square);
            var from = Gradient + at;
            var (right, below) = (x + 1 < s.ResultWidth, y + 1 < s.ResultHeight);
            nint step = s.Results, row = (nint)s.ResultWidth * step;
            for (nint c = 0; c < s.Results; c += 16, from += 16, to += 16)
            {
                var count = (int)Math.Min(16, s.Results - c);
                Vector512<float> left0 = SmallProduct.Load(from, count), right0 = right ? SmallProduct.Load(from + step, count) : default;
                Vector512<float> left1 = below ? SmallProduct.Load(from + row, count) : default, right1 = right && below ? SmallProduct.Load(from + row + step, count) : default;
                Put(to, plane, count, left0, right0);
                Put(to + 4 * plane, plane, count, left0 + left1, right0 + right1);
                Put(to + 8 * plane, plane, count, left0 - left1, right0 - right1);
                Put(to + 12 * plane, plane, count, -left1, -right1);
            }

            static void Put(float* to, nint plane, int count, Vector512<float> x, Vector512<float> y)
            {
                SmallProduct.Store(x, to, count);
                SmallProduct.Store(x + y, to + plane, count);
                SmallProduct.Store(x - y, to + 2 * plane, count);
                SmallProduct.Store(-y, to + 3 * plane, count);
            }
        }

        /// <summary>Transforms the sums of one result's filter back.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        readonly void Finish(int result)
        {
            nint channels = Sizes.Channels, plane = channels * Sizes.Results;
            float* from = Sums + result * channels, to = Result + result * 9 * channels;
            for (nint c = 0; c < channels; c += 16, from += 16, to += 16)
            {
                var count = (int)Math.Min(16, channels - c);
                var (a0, b0, c0) = Gather(Of(0), Of(4), Of(8), Of(12));
                var (a1, b1, c1) = Gather(Of(1), Of(5), Of(9), Of(13));
                var (a2, b2, c2) = Gather(Of(2), Of(6), Of(10), Of(14));
                var (a3, b3, c3) = Gather(Of(3), Of(7), Of(11), Of(15));
                Put(to, Gather(a0, a1, a2, a3));
                Put(to + 3 * channels, Gather(b0, b1, b2, b3));
                Put(to + 6 * channels, Gather(c0, c1, c2, c3));

                Vector512<float> Of(int p) => SmallProduct.Load(from + p * plane, count);

                void Put(float* to, (Vector512<float> X, Vector512<float> Y, Vector512<float> Z) all)
                {
                    SmallProduct.Store(all.X, to, count);
                    SmallProduct.Store(all.Y, to + channels, count);
                    SmallProduct.Store(all.Z, to + 2 * channels, count);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<float>, Vector512<float>, Vector512<float>) Gather(Vector512<float> x, Vector512<float> y, Vector512<float> z, Vector512<float> w)
        {
            var (sum, difference) = ((y + z) * 0.5f, (y - z) * 0.5f);
            return (x + sum, difference, sum + w);
        }
    }
}
