using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Zoo.Autograd.Engine.Torch.Pointwise;
using Zoo.Autograd.Graph;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// <see cref="Ops.LayerNormOps"/>: a row is read twice while it is in the first cache. Gradients of scale and offset are sums over blocks of rows whose number depends on the shape only, so
/// their bits do not depend on threads.
/// </summary>
internal static unsafe class LayerNormKernel
{
    const int MostBlocks = 16, FewestRows = 8;

    internal static Values Forward(Kernel k)
    {
        var rows = Rows(k, 0, 1);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Forward<float>(rows, x, y) : (x, y) => Forward<double>(rows, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType))]);
    }

    internal static Values Backward(Kernel k)
    {
        var rows = Rows(k, 1, 4);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Backward<float>(rows, x, y) : (x, y) => Backward<double>(rows, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType)), ([rows.Blocks, 2, rows.Size], k.DType())])[..3];
    }

    /// <summary>How many rows of which size, and which inputs there are.</summary>
    readonly record struct Layout(int Count, int Size, bool Center, double Epsilon, int Scale, int Offset)
    {
        internal int Blocks => Math.Min(MostBlocks, (Count + FewestRows - 1) / FewestRows);
        internal int PerBlock => Blocks == 0 ? 0 : (Count + Blocks - 1) / Blocks;

        /// <summary>Rows that make about 20 microseconds of work.</summary>
        internal long Grain => Math.Max(1, 60_000 / Math.Max(1, Size));
    }

    static Layout Rows(Kernel k, int x, int scale)
    {
        var (shape, n) = (k.Shape(x), k.Node);
        var size = shape[^(int)n.Int("axes")..].Elements;
        var scaled = n.Int("S") > 0;
        return new((int)(size == 0 ? 0 : shape.Elements / size), (int)size, n.Flag("center"), n.Attrs.Has("epsilon") ? n.Float("epsilon") : 0, scaled ? scale : 0, n.Attrs.Has("O") && n.Int("O") > 0 ? scale + (scaled ? 1 : 0) : 0);
    }

    static void Forward<T>(Layout rows, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new ForwardRows<T> { Rows = rows, X = (T*)x[0], Scale = rows.Scale > 0 ? (T*)x[rows.Scale] : null, Offset = rows.Offset > 0 ? (T*)x[rows.Offset] : null, Y = (T*)y[0], Mean = (T*)y[1], Inverse = (T*)y[2] };
        ParallelFor.Run(ref body, rows.Count, rows.Grain);
    }

    static void Backward<T>(Layout rows, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sums = (T*)y[3];
        new Span<T>(sums, rows.Blocks * 2 * rows.Size).Clear();
        var body = new BackwardBlocks<T> { Rows = rows, DY = (T*)x[0], X = (T*)x[1], Mean = (T*)x[2], Inverse = (T*)x[3], Scale = rows.Scale > 0 ? (T*)x[rows.Scale] : null, DX = (T*)y[0], Sums = sums };
        ParallelFor.Run(ref body, rows.Blocks, Math.Max(1, rows.Grain / Math.Max(1, rows.PerBlock)));
        Span<T> scale = new((T*)y[1], rows.Size), offset = new((T*)y[2], rows.Size);
        scale.Clear();
        offset.Clear();
        for (var b = 0; b < rows.Blocks; b++)
        {
            TensorPrimitives.Add(scale, new ReadOnlySpan<T>(sums + 2 * b * rows.Size, rows.Size), scale);
            TensorPrimitives.Add(offset, new ReadOnlySpan<T>(sums + (2 * b + 1) * rows.Size, rows.Size), offset);
        }
    }

    /// <summary>The elements of a vector that are there: those beyond the end of a row become 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Only<T>(Vector512<T> x, int count) where T : unmanaged, INumber<T> =>
        count >= Vector512<T>.Count ? x : VectorMath.If(Vector512.LessThan(Vector512<T>.Indices, VectorMath.C<T>(count)), x, Vector512<T>.Zero);

    // sums stay in registers in methods of their own

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static T Sum<T>(T* x, int n) where T : unmanaged, INumber<T>
    {
        var (w, sum, other, j) = (Vector512<T>.Count, Vector512<T>.Zero, Vector512<T>.Zero, 0);
        for (; j <= n - 2 * w; j += 2 * w)
        {
            sum += Vector512.Load(x + j);
            other += Vector512.Load(x + j + w);
        }
        for (; j < n; j += w) sum += Load(x + j, Math.Min(w, n - j));
        return Vector512.Sum(sum + other);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static T Squares<T>(T* x, int n, Vector512<T> mean) where T : unmanaged, INumber<T>
    {
        var (w, sum, other, j) = (Vector512<T>.Count, Vector512<T>.Zero, Vector512<T>.Zero, 0);
        for (; j <= n - 2 * w; j += 2 * w)
        {
            Vector512<T> d = Vector512.Load(x + j) - mean, e = Vector512.Load(x + j + w) - mean;
            sum = VectorMath.MultiplyAdd(d, d, sum);
            other = VectorMath.MultiplyAdd(e, e, other);
        }
        for (; j < n; j += w)
        {
            var d = Only(Load(x + j, Math.Min(w, n - j)) - mean, n - j);
            sum = VectorMath.MultiplyAdd(d, d, sum);
        }
        return Vector512.Sum(sum + other);
    }

    struct ForwardRows<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal Layout Rows;
        internal T* X, Scale, Offset, Y, Mean, Inverse;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Do(long begin, long end)
        {
            var (n, w, size) = (Rows.Size, Vector512<T>.Count, T.CreateTruncating(Rows.Size));
            for (var row = begin; row < end; row++)
            {
                T* x = X + row * n, y = Y + row * n;
                var mean = Rows.Center ? Sum(x, n) / size : T.Zero;
                var all = Vector512.Create(mean);
                var inverse = T.One / T.Sqrt(Squares(x, n, all) / size + T.CreateTruncating(Rows.Epsilon));
                (Mean[row], Inverse[row]) = (mean, inverse);
                var times = Vector512.Create(inverse);
                for (var j = 0; j < n; j += w)
                {
                    var count = Math.Min(w, n - j);
                    var result = (Load(x + j, count) - all) * times;
                    if (Scale is not null) result *= Load(Scale + j, count);
                    if (Offset is not null) result += Load(Offset + j, count);
                    Store(result, y + j, count);
                }
            }
        }
    }

    struct BackwardBlocks<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal Layout Rows;
        internal T* DY, X, Mean, Inverse, Scale, DX, Sums;

        public readonly void Do(long begin, long end)
        {
            for (var block = begin; block < end; block++)
                for (long row = block * Rows.PerBlock, last = Math.Min(Rows.Count, row + Rows.PerBlock); row < last; row++) Row(row, Sums + 2 * block * Rows.Size);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        readonly void Row(long row, T* dscale)
        {
            var (n, w, size) = (Rows.Size, Vector512<T>.Count, T.CreateTruncating(Rows.Size));
            T* dy = DY + row * n, x = X + row * n, dx = DX + row * n, doffset = dscale + n;
            Vector512<T> mean = Vector512.Create(Mean[row]), inverse = Vector512.Create(Inverse[row]), sum = default, product = default;
            if (!Rows.Center) mean = default;
            for (var j = 0; j < n; j += w)
            {
                var count = Math.Min(w, n - j);
                Vector512<T> d = Load(dy + j, count), hat = Only((Load(x + j, count) - mean) * inverse, count), g = Scale is null ? d : d * Load(Scale + j, count);
                sum += g;
                product = VectorMath.MultiplyAdd(g, hat, product);
                Store(VectorMath.MultiplyAdd(d, hat, Load(dscale + j, count)), dscale + j, count);
                Store(d + Load(doffset + j, count), doffset + j, count);
            }
            Vector512<T> off = Rows.Center ? Vector512.Create(Vector512.Sum(sum) / size) : default, along = Vector512.Create(Vector512.Sum(product) / size);
            for (var j = 0; j < n; j += w)
            {
                var count = Math.Min(w, n - j);
                Vector512<T> d = Load(dy + j, count), hat = (Load(x + j, count) - mean) * inverse, g = Scale is null ? d : d * Load(Scale + j, count);
                Store((g - off - hat * along) * inverse, dx + j, count);
            }
        }
    }
}
