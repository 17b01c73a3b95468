using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary><see cref="Ops.GroupNormOps"/>: passes over a sample, place by place, with a number for each channel; groups are added up of these. A thread does whole samples.</summary>
internal static unsafe class GroupNormKernel
{
    /// <summary>Sizes, which inputs there are, and how many numbers a channel needs.</summary>
    readonly record struct Layout(int Batch, int Places, int Channels, int Groups, double Epsilon, int Scale, int Offset)
    {
        internal int Width => Channels / Groups;
        internal long Grain => Math.Max(1, 60_000 / Math.Max(1, (long)Places * Channels));
    }

    const int ForwardParts = 2, BackwardParts = 7;

    internal static Values Forward(Kernel k)
    {
        var sizes = Sizes(k, 0, 1);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Forward<float>(sizes, x, y) : (x, y) => Forward<double>(sizes, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), ([sizes.Batch, ForwardParts, sizes.Channels], k.DType())])[..3];
    }

    internal static Values Backward(Kernel k)
    {
        var sizes = Sizes(k, 1, 4);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Backward<float>(sizes, x, y) : (x, y) => Backward<double>(sizes, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), ([sizes.Batch, BackwardParts, sizes.Channels], k.DType())])[..3];
    }

    static Layout Sizes(Kernel k, int x, int scale)
    {
        var (shape, n) = (k.Shape(x), k.Node);
        var scaled = n.Int("S") > 0;
        return new((int)shape[0], (int)shape[1..^1].Elements, (int)shape[^1], (int)n.Int("groups"), n.Attrs.Has("epsilon") ? n.Float("epsilon") : 0, scaled ? scale : 0, n.Attrs.Has("O") && n.Int("O") > 0 ? scale + (scaled ? 1 : 0) : 0);
    }

    static void Forward<T>(Layout s, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new ForwardSamples<T> { Sizes = s, X = (T*)x[0], Scale = s.Scale > 0 ? (T*)x[s.Scale] : null, Offset = s.Offset > 0 ? (T*)x[s.Offset] : null, Y = (T*)y[0], Mean = (T*)y[1], Inverse = (T*)y[2], Room = (T*)y[3] };
        ParallelFor.Run(ref body, s.Batch, s.Grain);
    }

    static void Backward<T>(Layout s, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new BackwardSamples<T> { Sizes = s, DY = (T*)x[0], X = (T*)x[1], Mean = (T*)x[2], Inverse = (T*)x[3], Scale = s.Scale > 0 ? (T*)x[s.Scale] : null, DX = (T*)y[0], Room = (T*)y[3] };
        ParallelFor.Run(ref body, s.Batch, s.Grain);
        Span<T> scale = new((T*)y[1], s.Channels), offset = new((T*)y[2], s.Channels);
        scale.Clear();
        offset.Clear();
        for (var i = 0; i < s.Batch; i++)
        {
            var sums = (T*)y[3] + (nint)i * BackwardParts * s.Channels;
            TensorPrimitives.Add(scale, new ReadOnlySpan<T>(sums, s.Channels), scale);
            TensorPrimitives.Add(offset, new ReadOnlySpan<T>(sums + s.Channels, s.Channels), offset);
        }
    }

    struct ForwardSamples<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal Layout Sizes;
        internal T* X, Scale, Offset, Y, Mean, Inverse, Room;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (c, w, width) = (Sizes.Channels, Vector512<T>.Count, Sizes.Width);
            var count = T.CreateTruncating((long)Sizes.Places * width);
            for (var n = begin; n < end; n++)
            {
                T* x = X + n * Sizes.Places * c, y = Y + n * Sizes.Places * c, mean = Room + n * ForwardParts * c, factor = mean + c;
                new Span<T>(mean, 2 * c).Clear();
                for (var p = 0; p < Sizes.Places; p++)
                    for (var j = 0; j < c; j += w) Store(Load(mean + j, Math.Min(w, c - j)) + Load(x + (nint)p * c + j, Math.Min(w, c - j)), mean + j, Math.Min(w, c - j));
                for (var g = 0; g < Sizes.Groups; g++)
                {
                    var group = new Span<T>(mean + g * width, width);
                    group.Fill(Mean[n * Sizes.Groups + g] = TensorPrimitives.Sum<T>(group) / count);
                }
                for (var p = 0; p < Sizes.Places; p++)
                    for (var j = 0; j < c; j += w)
                    {
                        var left = Math.Min(w, c - j);
                        var d = Load(x + (nint)p * c + j, left) - Load(mean + j, left);
                        Store(VectorMath.MultiplyAdd(d, d, Load(factor + j, left)), factor + j, left);
                    }
                for (var g = 0; g < Sizes.Groups; g++)
                {
                    var group = new Span<T>(factor + g * width, width);
                    group.Fill(Inverse[n * Sizes.Groups + g] = T.One / T.Sqrt(TensorPrimitives.Sum<T>(group) / count + T.CreateTruncating(Sizes.Epsilon)));
                }
                for (var j = 0; j < c; j++)
                {
                    if (Scale is not null) factor[j] *= Scale[j];
                    mean[j] *= -factor[j];
                    if (Offset is not null) mean[j] += Offset[j];
                }
                for (var p = 0; p < Sizes.Places; p++)
                    for (var j = 0; j < c; j += w)
                    {
                        var left = Math.Min(w, c - j);
                        Store(Load(x + (nint)p * c + j, left) * Load(factor + j, left) + Load(mean + j, left), y + (nint)p * c + j, left);
                    }
            }
        }
    }

    struct BackwardSamples<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal Layout Sizes;
        internal T* DY, X, Mean, Inverse, Scale, DX, Room;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (c, w, width) = (Sizes.Channels, Vector512<T>.Count, Sizes.Width);
            var count = T.CreateTruncating((long)Sizes.Places * width);
            for (var n = begin; n < end; n++)
            {
                T* x = X + n * Sizes.Places * c, dy = DY + n * Sizes.Places * c, dx = DX + n * Sizes.Places * c;
                T* dscale = Room + n * BackwardParts * c, doffset = dscale + c, mean = doffset + c, inverse = mean + c, factor = inverse + c, off = factor + c, along = off + c;
                new Span<T>(dscale, 2 * c).Clear();
                for (var g = 0; g < Sizes.Groups; g++)
                {
                    new Span<T>(mean + g * width, width).Fill(Mean[n * Sizes.Groups + g]);
                    new Span<T>(inverse + g * width, width).Fill(Inverse[n * Sizes.Groups + g]);
                }
                for (var p = 0; p < Sizes.Places; p++)
                    for (var j = 0; j < c; j += w)
                    {
                        var left = Math.Min(w, c - j);
                        Vector512<T> d = Load(dy + (nint)p * c + j, left), hat = (Load(x + (nint)p * c + j, left) - Load(mean + j, left)) * Load(inverse + j, left);
                        Store(VectorMath.MultiplyAdd(d, hat, Load(dscale + j, left)), dscale + j, left);
                        Store(d + Load(doffset + j, left), doffset + j, left);
                    }
                for (var g = 0; g < Sizes.Groups; g++)
                {
                    var (first, sum, product) = (g * width, T.Zero, T.Zero);
                    for (var j = first; j < first + width; j++)
                    {
                        var scale = Scale is null ? T.One : Scale[j];
                        (sum, product) = (sum + scale * doffset[j], product + scale * dscale[j]);
                        factor[j] = scale * inverse[j];
                    }
                    new Span<T>(off + first, width).Fill(sum / count * Inverse[n * Sizes.Groups + g]);
                    new Span<T>(along + first, width).Fill(product / count * Inverse[n * Sizes.Groups + g]);
                }
                for (var p = 0; p < Sizes.Places; p++)
                    for (var j = 0; j < c; j += w)
                    {
                        var left = Math.Min(w, c - j);
                        var hat = (Load(x + (nint)p * c + j, left) - Load(mean + j, left)) * Load(inverse + j, left);
                        Store(Load(dy + (nint)p * c + j, left) * Load(factor + j, left) - Load(off + j, left) - hat * Load(along + j, left), dx + (nint)p * c + j, left);
                    }
            }
        }
    }
}
