using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    struct ForwardRows : IRangeBody
    {
        internal MaxPool2D Pool;
        internal float* Input, Output;
        internal byte* Places;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
                    var from = Input + image * p.height * p.width * p.channels;
                    var at = (row * p.outWidth + o) * p.channels;
                    for (var c = 0; c < p.channels; c += 16)
                    {
                        var first = Math.Max(0, Math.Min(c, p.channels - 16));   // the last vector overlaps the one before
                        var lanes = Math.Min(16, p.channels);
                        var best = Vector512.Create(float.NegativeInfinity);
                        var place = Vector512.Create((firstY - y) * p.sizeX + firstX - x);
                        for (var iy = firstY; iy < lastY; iy++)
                            for (var ix = firstX; ix < lastX; ix++)
                            {
                                var source = from + ((long)iy * p.width + ix) * p.channels + first;
                                var value = lanes == 16 ? Vector512.Load(source) : Pointwise.Drivers.Partial(source, lanes);
                                var wins = Vector512.GreaterThan(value, best) | ~Vector512.Equals(value, value);
                                best = Vector512.ConditionalSelect(wins, value, best);
                                place = Vector512.ConditionalSelect(wins.AsInt32(), Vector512.Create((iy - y) * p.sizeX + ix - x), place);
                            }
                        var bytes = Vector256.Narrow(place.GetLower(), place.GetUpper()).AsUInt16();
                        var places = Vector128.Narrow(bytes.GetLower(), bytes.GetUpper());
                        if (lanes == 16)
                        {
                            best.Store(Output + at + first);
                            places.Store(Places + at + first);
                        }
                        else
                        {
                            Unsafe.CopyBlockUnaligned(Output + at, &best, (uint)(lanes * sizeof(float)));
                            Unsafe.CopyBlockUnaligned(Places + at, &places, (uint)lanes);
                        }
                    }
                }
            }
        }
    }

    struct BackwardRows : IRangeBody
    {
        internal MaxPool2D Pool;
        internal byte* Places;
        internal float* Gradient, Result;

        /// <summary>Each element of the result collects from the windows that it lies in: no two threads write one place, nothing is cleared before.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Do(long begin, long end)
        {
            var p = Pool;
            for (var row = begin; row < end; row++)
            {
                var (image, y) = (row / p.height, (int)(row % p.height) + p.padY);
                int firstY = First(y, p.sizeY, p.strideY), lastY = Math.Min(y / p.strideY, p.outHeight - 1);
                for (var ix = 0; ix < p.width; ix++)
                {
                    var x = ix + p.padX;
                    int firstX = First(x, p.sizeX, p.strideX), lastX = Math.Min(x / p.strideX, p.outWidth - 1);
                    var to = Result + (row * p.width + ix) * p.channels;
                    for (var c = 0; c < p.channels; c += 16)
                    {
                        var first = Math.Max(0, Math.Min(c, p.channels - 16));
                        var lanes = Math.Min(16, p.channels);
                        var sum = Vector512<float>.Zero;
                        for (var oy = firstY; oy <= lastY; oy++)
                            for (var ox = firstX; ox <= lastX; ox++)
                            {
                                var at = ((image * p.outHeight + oy) * p.outWidth + ox) * p.channels + first;
                                var here = Vector512.Create((y - oy * p.strideY) * p.sizeX + x - ox * p.strideX);
                                var places = lanes == 16 ? Vector128.Load(Places + at) : Partial(Places + at, lanes);
                                var value = lanes == 16 ? Vector512.Load(Gradient + at) : Pointwise.Drivers.Partial(Gradient + at, lanes);
                                var (low, high) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(places), Vector128.WidenUpper(places)));
                                sum += Vector512.Equals(Vector512.Create(low, high).AsInt32(), here).AsSingle() & value;
                            }
                        if (lanes == 16) sum.Store(to + first);
                        else Unsafe.CopyBlockUnaligned(to, &sum, (uint)(lanes * sizeof(float)));
                    }
                }
            }
        }

        /// <summary>The first window that reaches a place.</summary>
        static int First(int at, int size, int stride) => at < size ? 0 : (at - size) / stride + 1;

        static Vector128<byte> Partial(byte* x, int n)
        {
            Vector128<byte> value = default;
            Unsafe.CopyBlockUnaligned(&value, x, (uint)n);
            return value;
        }
    }
}
