using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Max pooling of float pictures, channels last, vectors along the channels. Of equal elements the first in the window wins, as in TensorFlow; NaN wins over all.
/// </summary>
internal sealed unsafe class MaxPool2D
{
    readonly int height, width, channels, outHeight, outWidth, sizeY, sizeX, strideY, strideX, padY, padX;
    readonly long images;

    internal MaxPool2D(Node n, Shape input)
    {
        var (size, stride, padding) = (n.Ints("ksize"), n.Ints("strides"), n.Text("padding"));
        (images, height, width, channels) = (input[0], (int)input[1], (int)input[2], (int)input[3]);
        (sizeY, sizeX, strideY, strideX) = ((int)size[1], (int)size[2], (int)stride[1], (int)stride[2]);
        (outHeight, outWidth) = ((int)Windows.Count(height, sizeY, strideY, 1, padding, 0, 0), (int)Windows.Count(width, sizeX, strideX, 1, padding, 0, 0));
        (padY, padX) = ((int)Windows.Padding(height, sizeY, strideY, 1, padding, 0, 0).Before, (int)Windows.Padding(width, sizeX, strideX, 1, padding, 0, 0).Before);
    }

    /// <summary>(input) -> (output, places).</summary>
    internal void Forward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
    {
        var body = new ForwardRows { Pool = this, Input = (float*)inputs[0], Output = (float*)outputs[0], Places = (byte*)outputs[1] };
        ParallelFor.Run(ref body, images * outHeight, Grain(outWidth * sizeX * sizeY));
    }

    /// <summary>(places, gradient) -> (gradient for the input).</summary>
    internal void Backward(ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs)
    {
        var body = new BackwardRows { Pool = this, Places = (byte*)inputs[0], Gradient = (float*)inputs[1], Result = (float*)outputs[0] };
        ParallelFor.Run(ref body, images * height, Grain(width));
    }

    /// <summary>Rows that make about 20 microseconds of work.</summary>
    long Grain(int elements) => Math.Max(1, 100_000 / Math.Max(1, (long)elements * channels));

    /// <summary>How many vectors of channels are looked at together.</summary>
    interface IWidth { static abstract bool IsTwo { get; } }
    readonly struct One : IWidth { public static bool IsTwo => false; }
    readonly struct Two : IWidth { public static bool IsTwo => true; }

    struct ForwardRows : IRangeBody
    {
        internal MaxPool2D Pool;
        internal float* Input, Output;
        internal byte* Places;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var p = Pool;
            for (var row = begin; row < end; row++)
            {
                var (image, y) = (row / p.outHeight, (int)(row % p.outHeight) * p.strideY - p.padY);
                int firstY = Math.Max(y, 0), lastY = Math.Min(y + p.sizeY, p.height);
                for (var o = 0; o < p.outWidth; o++)
                {
                    var x = o * p.strideX - p.padX;
                    int firstX = Math.Max(x, 0), lastX = Math.Min(x + p.sizeX, p.width);
                    var from = Input + ((image * p.height + firstY) * p.width + firstX) * p.channels;
                    var (line, place) = ((nint)p.width * p.channels, (firstY - y) * p.sizeX + firstX - x);
                    var at = (row * p.outWidth + o) * p.channels;
                    for (var c = 0; c < p.channels; c += 32)
                    {
                        var lanes = Math.Min(32, p.channels - c);
                        if (lanes > 16) Best<Two>(from + c, line, p.channels, lastY - firstY, lastX - firstX, place, p.sizeX, lanes - 16, Output + at + c, Places + at + c);
                        else Best<One>(from + c, line, p.channels, lastY - firstY, lastX - firstX, place, p.sizeX, lanes, Output + at + c, Places + at + c);
                    }
                }
            }
        }

        /// <summary>The greatest elements of a window, and their places; of the last vector only so many <paramref name="lanes"/> count.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Best<TWidth>(float* from, nint line, nint channels, int height, int width, int place, int size, int lanes, float* output, byte* places) where TWidth : struct, IWidth
        {
            Vector512<float> best = Vector512.Create(float.NegativeInfinity), best2 = best;
            Vector512<int> found = Vector512.Create(place), found2 = found;
            for (; height > 0; height--, from += line, place += size)
            {
                var source = from;
                for (var i = 0; i < width; i++, source += channels)
                {
                    var here = Vector512.Create(place + i);
                    Take(TWidth.IsTwo ? Vector512.Load(source) : SmallProduct.Load(source, lanes), here, ref best, ref found);
                    if (TWidth.IsTwo) Take(SmallProduct.Load(source + 16, lanes), here, ref best2, ref found2);
                }
            }
            SmallProduct.Store(best, output, TWidth.IsTwo ? 16 : lanes);
            Store(Bytes(found), places, TWidth.IsTwo ? 16 : lanes);
            if (!TWidth.IsTwo) return;
            SmallProduct.Store(best2, output + 16, lanes);
            Store(Bytes(found2), places + 16, lanes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Take(Vector512<float> value, Vector512<int> here, ref Vector512<float> best, ref Vector512<int> found)
        {
            var wins = Vector512.GreaterThan(value, best) | ~Vector512.Equals(value, value);
            best = Vector512.ConditionalSelect(wins, value, best);
            found = Vector512.ConditionalSelect(wins.AsInt32(), here, found);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<byte> Bytes(Vector512<int> x)
        {
            if (Avx512F.IsSupported) return Avx512F.ConvertToVector128Byte(x);
            var shorts = Vector256.Narrow(x.GetLower(), x.GetUpper()).AsUInt16();
            return Vector128.Narrow(shorts.GetLower(), shorts.GetUpper());
        }

        /// <summary>Writes a vector, or the beginning of one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Store(Vector128<byte> x, byte* to, int count)
        {
            if (count == 16) x.Store(to);
            else if (Avx512BW.VL.IsSupported) Avx512BW.VL.MaskStore(to, First(count), x);
            else
                for (var i = 0; i < count; i++) to[i] = x[i];
        }
    }

    struct BackwardRows : IRangeBody
    {
        internal MaxPool2D Pool;
        internal byte* Places;
        internal float* Gradient, Result;

        /// <summary>Each element of the result collects from the windows that it lies in: no two threads write one place, nothing is cleared before.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var p = Pool;
            for (var row = begin; row < end; row++)
            {
                var (image, y) = (row / p.height, (int)(row % p.height) + p.padY);
                int firstY = FirstWindow(y, p.sizeY, p.strideY), lastY = Math.Min(y / p.strideY, p.outHeight - 1);
                if (p.strideX >= p.sizeX && firstY >= lastY)
                {
                    Spread(row, image, firstY, lastY, y);
                    continue;
                }
                for (int ix = 0, firstX = 0, lastX = 0; ix < p.width; ix++)
                {
                    var x = ix + p.padX;
                    if (x >= firstX * p.strideX + p.sizeX) firstX++;
                    if (lastX + 1 < p.outWidth && x >= (lastX + 1) * p.strideX) lastX++;
                    var to = Result + (row * p.width + ix) * p.channels;
                    var at = ((image * p.outHeight + firstY) * p.outWidth + firstX) * p.channels;
                    var (line, place) = ((nint)p.outWidth * p.channels, (y - firstY * p.strideY) * p.sizeX + x - firstX * p.strideX);
                    for (var c = 0; c < p.channels; c += 32)
                    {
                        var lanes = Math.Min(32, p.channels - c);
                        if (lanes > 16) Sum<Two>(Places + at + c, Gradient + at + c, line, p.channels, lastY - firstY + 1, lastX - firstX + 1, place, p.strideY * p.sizeX, p.strideX, lanes - 16, to + c);
                        else Sum<One>(Places + at + c, Gradient + at + c, line, p.channels, lastY - firstY + 1, lastX - firstX + 1, place, p.strideY * p.sizeX, p.strideX, lanes, to + c);
                    }
                }
            }
        }

        /// <summary>A row of the result that one row of windows sees, or none, where no two of these see one place: what comes back from each is read once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        readonly void Spread(long row, long image, int firstY, int lastY, int y)
        {
            var p = Pool;
            nint channels = p.channels;
            var to = Result + row * p.width * channels;
            var (covered, number) = (Math.Min(p.width, p.outWidth * p.strideX - p.padX), (y - firstY * p.strideY) * p.sizeX);
            if (firstY > lastY || p.strideX > p.sizeX) covered = 0;
            new Span<float>(to + covered * channels, (int)((p.width - covered) * channels)).Clear();
            if (firstY > lastY) return;
            var at = (image * p.outHeight + firstY) * p.outWidth * channels;
            for (int o = 0, x = -p.padX; o < p.outWidth; o++, x += p.strideX, at += channels)
            {
                int first = Math.Max(0, -x), last = Math.Min(p.sizeX, p.width - x);
                for (nint c = 0; c < channels; c += 16)
                {
                    var lanes = (int)Math.Min(16, channels - c);
                    var (places, gradient) = (Numbers(Load(Places + at + c, lanes)), SmallProduct.Load(Gradient + at + c, lanes));
                    for (var i = first; i < last; i++) SmallProduct.Store(Vector512.Equals(places, Vector512.Create(number + i)).AsSingle() & gradient, to + (x + i) * channels + c, lanes);
                }
            }
        }

        /// <summary>What comes back from the windows around a place, whose number in the first of them is given and falls from one to the next.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Sum<TWidth>(byte* places, float* gradient, nint line, nint channels, int height, int width, int place, int fallY, int fallX, int lanes, float* to) where TWidth : struct, IWidth
        {
            Vector512<float> sum = default, sum2 = default;
            for (; height > 0; height--, places += line, gradient += line, place -= fallY)
            {
                nint at = 0;
                for (int i = 0, number = place; i < width; i++, at += channels, number -= fallX)
                {
                    var here = Vector512.Create(number);
                    sum += Chosen(places + at, gradient + at, here, TWidth.IsTwo ? 16 : lanes);
                    if (TWidth.IsTwo) sum2 += Chosen(places + at + 16, gradient + at + 16, here, lanes);
                }
            }
            SmallProduct.Store(sum, to, TWidth.IsTwo ? 16 : lanes);
            if (TWidth.IsTwo) SmallProduct.Store(sum2, to + 16, lanes);
        }

        /// <summary>The gradient where the maximum was here.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<float> Chosen(byte* places, float* gradient, Vector512<int> here, int lanes) =>
            Vector512.Equals(Numbers(Load(places, lanes)), here).AsSingle() & SmallProduct.Load(gradient, lanes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<int> Numbers(Vector128<byte> x)
        {
            if (Avx512F.IsSupported) return Avx512F.ConvertToVector512Int32(x);
            var (low, high) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(x), Vector128.WidenUpper(x)));
            return Vector512.Create(low, high).AsInt32();
        }

        /// <summary>The first window that reaches a place.</summary>
        static int FirstWindow(int at, int size, int stride) => at < size ? 0 : (at - size) / stride + 1;

        /// <summary>A vector, or the beginning of one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector128<byte> Load(byte* x, int count)
        {
            if (count == 16) return Vector128.Load(x);
            if (Avx512BW.VL.IsSupported) return Avx512BW.VL.MaskLoad(x, First(count), default);
            Vector128<byte> value = default;
            for (var i = 0; i < count; i++) value = value.WithElement(i, x[i]);
            return value;
        }
    }

    /// <summary>Which bytes are the first ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> First(int count) => Vector128.LessThan(Vector128<byte>.Indices, Vector128.Create((byte)count));
}
