using System.Numerics;
using System.Numerics.Tensors;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>Embedded kernels that copy or add whole rows: gather, scatter, mirror images.</summary>
internal static unsafe class Rows
{
    /// <summary>Rows along an axis, at places known when planned: <c>out[o, j] = x[o, map[j]]</c>.</summary>
    internal static HostKernel Take(Shape x, int axis, long[] map, int size)
    {
        long outer = Count(x.Dims[..axis]), rows = x[axis], bytes = Count(x.Dims[(axis + 1)..]) * size;
        return (from, to) =>
        {
            for (long o = 0; o < outer; o++)
                for (var j = 0; j < map.Length; j++)
                    Copy(from[0] + (nint)((o * rows + map[j]) * bytes), to[0] + (nint)((o * map.Length + j) * bytes), bytes);
        };
    }

    /// <summary>The other way: <c>out[o, map[j]] += x[o, j]</c>, for an out of the given shape.</summary>
    internal static HostKernel Put(Shape result, int axis, long[] map, DType dtype, string op)
    {
        int outer = (int)Count(result.Dims[..axis]), rows = (int)result[axis], width = (int)Count(result.Dims[(axis + 1)..]);
        return dtype switch
        {
            DType.Float32 => Run<float>,
            DType.Float64 => Run<double>,
            DType.Int32 => Run<int>,
            DType.Int64 => Run<long>,
            _ => throw Unsupported(op, dtype),
        };

        void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>
        {
            var x = HostMemory.Span<T>(from[0], outer * map.Length * width);
            var y = HostMemory.Span<T>(to[0], outer * rows * width);
            y.Clear();
            for (var o = 0; o < outer; o++)
                for (var j = 0; j < map.Length; j++)
                {
                    var row = y.Slice((o * rows + (int)map[j]) * width, width);
                    TensorPrimitives.Add(row, x.Slice((o * map.Length + j) * width, width), row);
                }
        }
    }

    /// <summary>Rows by number: params [batch, outer, rows, row], indices [batch, count] to [batch, outer, count, row]. A number out of range fails.</summary>
    internal static HostKernel Gather(long batch, long outer, long rows, long bytes, long count, DType indices) => (from, to) =>
    {
        for (long b = 0; b < batch; b++)
            for (long j = 0; j < count; j++)
            {
                var at = Index(from[1], indices, b * count + j);
                if (at < 0 || at >= rows)
                    throw new EngineException($"GatherV2: the index {at} at place {b * count + j} is out of range. Expected 0 to {rows - 1}. Check the indices, or give the table more rows.") { Op = "GatherV2" };
                for (long o = 0; o < outer; o++)
                    Copy(from[0] + (nint)(((b * outer + o) * rows + at) * bytes), to[0] + (nint)(((b * outer + o) * count + j) * bytes), bytes);
            }
    };

    /// <summary>Sums of rows [count, width] by segment number; a negative number drops its row, one out of range fails.</summary>
    internal static HostKernel SegmentSum(int count, int width, int segments, DType dtype, DType ids)
    {
        if (dtype.IsComplex()) (dtype, width) = (ComplexOps.RealOf(dtype), 2 * width);   // parts add up by themselves
        return dtype switch
        {
            DType.Float32 => Run<float>,
            DType.Float64 => Run<double>,
            DType.Int32 => Run<int>,
            DType.Int64 => Run<long>,
            DType.Int16 => Run<short>,
            DType.Int8 => Run<sbyte>,
            DType.UInt8 => Run<byte>,
            _ => throw Unsupported("UnsortedSegmentSum", dtype),
        };

        void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>
        {
            var x = HostMemory.Span<T>(from[0], count * width);
            var y = HostMemory.Span<T>(to[0], segments * width);
            y.Clear();
            for (var i = 0; i < count; i++)
            {
                var at = Segment(from[1], ids, i, segments);
                if (at < 0) continue;
                var row = y.Slice((int)at * width, width);
                TensorPrimitives.Add(row, x.Slice(i * width, width), row);
            }
        }
    }

    /// <summary>[outer, depth, inner] of one value, with the other where the index [outer, inner] is the place along depth.</summary>
    internal static HostKernel OneHot(int outer, int depth, int inner, DType indices, int size)
    {
        return size switch
        {
            1 => Run<byte>,
            2 => Run<ushort>,
            4 => Run<uint>,
            8 => Run<ulong>,
            _ => throw new GraphException($"OneHot: the embedded engine has no kernel for elements of {size} bytes. Ask for float32 and cast."),
        };

        void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            var y = HostMemory.Span<T>(to[0], outer * depth * inner);
            var on = *(T*)from[1];
            y.Fill(*(T*)from[2]);
            for (var i = 0; i < outer * inner; i++)
                if (Index(from[0], indices, i) is >= 0 and var at && at < depth) y[(i / inner * depth + (int)at) * inner + i % inner] = on;
        }
    }

    internal static long Count(ReadOnlySpan<long> dims)
    {
        long n = 1;
        foreach (var d in dims) n *= d;
        return n;
    }

    /// <summary>The segment of a row; negative for none.</summary>
    internal static long Segment(nint ids, DType dtype, long i, long segments) => Index(ids, dtype, i) is var at && at < segments ? at
        : throw new EngineException($"UnsortedSegmentSum: the segment {at} at place {i} is out of range. Expected less than {segments}. Check the numbers, or ask for more segments.") { Op = "UnsortedSegmentSum" };

    static long Index(nint at, DType dtype, long i) => dtype switch
    {
        DType.Int32 => ((int*)at)[i],
        DType.Int64 => ((long*)at)[i],
        DType.Int16 => ((short*)at)[i],
        DType.UInt8 => ((byte*)at)[i],
        _ => ((sbyte*)at)[i],
    };

    static void Copy(nint from, nint to, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);

    static GraphException Unsupported(string op, DType dtype) => new($"{op}: the embedded engine has no kernel for {dtype.Name()}. Cast it: A.Cast(x, DType.Float32).");
}
