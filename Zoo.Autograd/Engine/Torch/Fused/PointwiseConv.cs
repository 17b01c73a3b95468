using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Convolutions of inference with a window of one element, moved by any steps: products of the channels of places and a filter that is packed once, with what follows done to each tile. A
/// result's bits depend neither on the threads nor on the places beside it.
/// </summary>
internal static unsafe class PointwiseConv
{
    /// <summary>The sizes: results' pictures, of their places the steps in the input, channels of both sides.</summary>
    internal readonly record struct Sizes(int Pictures, int Height, int Width, int Down, int Across, int StepDown, int StepAcross, int Channels, int Results)
    {
        internal int Rows => Pictures * Down * Across;
        internal int Blocks => (Channels + Product.Depth - 1) / Product.Depth;
        /// <summary>Whether the places lie side by side.</summary>
        internal bool Dense => StepDown == 1 && StepAcross == 1;
        internal int Width16 => ProductTile.Vectors(Results) * 16;
        internal long Filters => (long)Channels * Width16;
        /// <summary>Results that are made of one part of the filter while that stays in the second cache.</summary>
        internal int Together => Product.Packed / ((Channels + Blocks - 1) / Blocks) / ProductTile.Panel * ProductTile.Panel;
        /// <summary>The elements from one gathered place to the next; no multiple of what the first cache counts by.</summary>
        internal int Gathered => Product.Depth + 16;
        internal long Room => ProductTile.Rows * (2 * ProductTile.Panel + Gathered);
        /// <summary>Where a block of the depth begins.</summary>
        internal int Begin(int block) => (int)((long)Channels * block / Blocks);
    }

    /// <summary>The convolution of a node <see cref="InferenceConv.Convolution"/>; null where it does not fit.</summary>
    internal static Value? Held(Kernel k, ConvWindow w, Value? bias, Value? other, bool relu, bool over)
    {
        var (x, filter, result) = (k.Shape(0), k.Shape(1), k.OutShape());
        if (k.DType() != DType.Float32 || w.Rank != 2 || w.Groups != 1 || filter[0] != 1 || filter[1] != 1 || w.Before is not [0, 0] || w.After is not [0, 0]) return null;
        if (!Product.Suits(result[0] * result[1] * result[2], filter[2], filter[3]) || Math.Max(x.Elements, result.Elements) > int.MaxValue) return null;
        var s = new Sizes((int)x[0], (int)x[1], (int)x[2], (int)result[1], (int)result[2], (int)w.Strides[0], (int)w.Strides[1], (int)filter[2], (int)filter[3]);
        var threads = Product.Threads(s.Rows, s.Channels, s.Results);
        var filters = k.Host((from, to) => Pack((float*)from[0], (float*)to[0], s), [k.Permute(k[1], 3, 0, 1, 2)], (Shape.Create([s.Filters]), DType.Float32))[0];
        var room = k.Empty(Shape.Create([threads * s.Room]), DType.Float32);
        var (withBias, withOther) = (bias is not null, other is not null);
        return k.Host((from, to) => Run((float*)from[0], (float*)from[1], new() { Bias = withBias ? (float*)from[3] : null, Other = withOther ? (float*)from[^1] : null, Relu = relu }, (float*)to[0], (float*)from[2], s, threads),
            [k[0], filters, room, .. new[] { bias, other }.OfType<Value>()], over ? other : null, result);
    }

    internal static void Pack(float* filter, float* to, Sizes s)
    {
        for (var block = 0; block < s.Blocks; block++)
            new ColumnMajor(filter, s.Channels).Pack(s.Begin(block), s.Begin(block + 1) - s.Begin(block), 0, s.Results, to + (nint)s.Begin(block) * s.Width16);
    }

    /// <summary>With the filter as <see cref="Pack"/> gives it; the result may lie where what is added does.</summary>
    internal static void Run(float* x, float* filters, ConvEnd end, float* result, float* room, Sizes s, int threads)
    {
        var shares = Shares.Of(s.Rows, s.Results, Math.Min(threads, TorchThreads.Count));
        var added = end.Other == result;   // what is there already
        var body = new Body { X = x, Filters = filters, End = added ? end with { Other = null } : end, Added = added, Result = result, Room = room, Sizes = s, Shares = shares };
        ParallelFor.Run(ref body, shares.Count, 1);
    }

    struct Body : IRangeBody
    {
        internal float* X, Filters, Result, Room;
        internal ConvEnd End;
        internal bool Added;
        internal Sizes Sizes;
        internal Shares Shares;

        public readonly void Do(long begin, long end)
        {
            for (var part = begin; part < end; part++) Part(Room + part * Sizes.Room, Shares.Rows(part, Sizes.Rows), Shares.Columns(part, Sizes.Results));
        }

        readonly void Part(float* room, (int First, int Last) places, (int First, int Last) results)
        {
            var s = Sizes;
            float* tile = room + ProductTile.Rows * ProductTile.Panel, gathered = tile + ProductTile.Rows * ProductTile.Panel;
            for (var first = results.First; first < results.Last; first += s.Together)
                for (var block = 0; block < s.Blocks; block++)
                {
                    var (channel, last) = (s.Begin(block), Math.Min(results.Last, first + s.Together));
                    var depth = s.Begin(block + 1) - channel;
                    var filters = Filters + (nint)channel * s.Width16;
                    var (add, ends) = (Added || block > 0, block == s.Blocks - 1);
                    for (int i = places.First, rows; i < places.Last; i += rows)
                    {
                        rows = ProductTile.Height(places.Last - i);
                        var from = X + (nint)i * s.Channels + channel;
                        var step = s.Channels;
                        if (!s.Dense) Gather(i, rows, channel, depth, from = gathered, step = s.Gathered);
                        for (var j = first; j < last; j += ProductTile.Panel)
                        {
                            var (at, columns) = ((nint)i * s.Results + j, Math.Min(ProductTile.Panel, last - j));
                            if (!ends || End.Other is null) ProductTile.Run(from, step, 1, rows, depth, filters + (nint)j * depth, Result + at, s.Results, columns, new(add, ends && End.Bias is not null ? End.Bias + j : null, ends && End.Relu, 0), room);
                            else
                            {
                                ProductTile.Run(from, step, 1, rows, depth, filters + (nint)j * depth, tile, ProductTile.Panel, columns, default, room);
                                Finish(tile, rows, at, j, columns, add);
                            }
                        }
                    }
                }
        }

        /// <summary>Brings some channels of places that do not lie side by side together.</summary>
        readonly void Gather(int first, int rows, int channel, int depth, float* to, int step)
        {
            var s = Sizes;
            for (var i = first; i < first + rows; i++, to += step)
            {
                var (x, line) = (i % s.Across * s.StepAcross, i / s.Across);
                new ReadOnlySpan<float>(X + (((nint)(line / s.Down) * s.Height + line % s.Down * s.StepDown) * s.Width + x) * s.Channels + channel, depth).CopyTo(new(to, depth));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        readonly void Finish(float* tile, int rows, nint at, int channel, int columns, bool add)
        {
            for (var j = 0; j < columns; j += 16)
            {
                var (count, place) = (Math.Min(16, columns - j), at + j);
                var bias = End.Bias is null ? default : SmallProduct.Load(End.Bias + channel + j, count);
                for (var i = 0; i < rows; i++, place += Sizes.Results)
                {
                    var sum = Vector512.Load(tile + i * ProductTile.Panel + j) + bias;
                    if (add) sum += SmallProduct.Load(Result + place, count);
                    End.Store(sum, Result, place, count);
                }
            }
        }
    }
}
