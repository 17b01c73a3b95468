using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Zoo.Autograd.Engine.Torch.SmallProduct;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// <see cref="Ops.AttentionOps"/>: the scores of some queries at a time, which stay in the cache; the gradient computes them again. A thread does all heads of a group, so that gradients of keys and values
/// are added up in one order.
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Queries that go together.</summary>
    const int Block = 32;

    [ThreadStatic] static NativeBuffer? room;

    internal static Values Forward(Kernel k)
    {
        var sizes = new AttentionSizes(k.Node, 0, 3);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Forward<float>(sizes, x, y) : (x, y) => Forward<double>(sizes, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType))]);
    }

    internal static Values Backward(Kernel k)
    {
        var sizes = new AttentionSizes(k.Node, 1, 6);
        HostKernel run = k.DType() == DType.Float32 ? (x, y) => Backward<float>(sizes, x, y) : (x, y) => Backward<double>(sizes, x, y);
        return k.Host(run, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select(o => (o.Shape, o.DType))]);
    }

    static void Forward<T>(AttentionSizes sizes, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new ForwardGroups<T> { Sizes = sizes, Query = (T*)x[0], Key = (T*)x[1], Value = (T*)x[2], Masks = Masks(sizes, x), Y = (T*)y[0], Rows = (T*)y[1] };
        ParallelFor.Run(ref body, sizes.Tasks, sizes.Grain);
    }

    static void Backward<T>(AttentionSizes sizes, ReadOnlySpan<nint> x, ReadOnlySpan<nint> y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new BackwardGroups<T>
        {
            Sizes = sizes,
            DY = (T*)x[0],
            Query = (T*)x[1],
            Key = (T*)x[2],
            Value = (T*)x[3],
            Y = (T*)x[4],
            Rows = (T*)x[5],
            Masks = Masks(sizes, x),
            DQuery = (T*)y[0],
            DKey = (T*)y[1],
            DValue = (T*)y[2],
        };
        ParallelFor.Run(ref body, sizes.Tasks, sizes.Grain);
    }

    static AttentionMask Masks(AttentionSizes sizes, ReadOnlySpan<nint> x) => new(sizes, sizes.MaskAt > 0 ? (byte*)x[sizes.MaskAt] : null, sizes.KeptAt > 0 ? (byte*)x[sizes.KeptAt] : null);

    /// <summary>Memory of this thread for its parts, each of whole vectors; it stays for the next call.</summary>
    static T* Room<T>(nint elements) where T : unmanaged
    {
        var bytes = (long)elements * sizeof(T);
        if (room is null || room.Length < bytes)
        {
            room?.Dispose();
            room = new(bytes);
        }
        return (T*)room.Pointer;
    }

    struct ForwardGroups<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal AttentionSizes Sizes;
        internal T* Query, Key, Value, Y, Rows;
        internal AttentionMask Masks;

        public readonly void Do(long begin, long end)
        {
            var s = Sizes;
            int wide = Whole<T>(s.Values), count;
            nint key = Packed<T>(s.Values, s.Size), value = Packed<T>(s.ValueSize, s.Values);
            T* keys = Room<T>(key + value + Block * wide), values = keys + key, scores = values + value;
            for (var task = begin; task < end; task++)
            {
                Pack(Key + s.KeyRow(task), s.Values, s.Groups * s.Size, s.Size, 1, keys);
                Pack(Value + s.ValueRow(task), s.ValueSize, 1, s.Values, s.Groups * s.ValueSize, values);
                for (var head = s.FirstHead(task); head < s.FirstHead(task) + s.Times; head++)
                    for (var from = 0; from < s.Queries; from += count)
                    {
                        count = Math.Min(Block, s.Queries - from);
                        var columns = s.Columns<T>(from + count);
                        var (batch, first) = ((int)(task / s.Groups), s.QueryRow(task, from, head));
                        Multiply(Query + first * s.Size, s.Heads * s.Size, count, s.Size, keys, s.Size, columns, scores, wide, add: false);
                        for (var i = 0; i < count; i++)
                        {
                            T* row = scores + (nint)i * wide, stats = Rows + 2 * (((nint)batch * s.Heads + head) * s.Queries + from + i);
                            AttentionRow.Scale(row, columns, T.CreateTruncating(s.Scale));
                            Masks.Scores(row, columns, batch, head, from + i);
                            (stats[0], stats[1]) = AttentionRow.Softmax(row, columns);
                            Masks.Weights(row, columns, batch, head, from + i);
                        }
                        Multiply(scores, wide, count, columns, values, s.Values, s.ValueSize, Y + first * s.ValueSize, s.Heads * s.ValueSize, add: false);
                    }
            }
        }
    }

    struct BackwardGroups<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        internal AttentionSizes Sizes;
        internal T* DY, Query, Key, Value, Y, Rows, DQuery, DKey, DValue;
        internal AttentionMask Masks;

        public readonly void Do(long begin, long end)
        {
            var s = Sizes;
            int wide = Whole<T>(s.Values), count;
            nint key = Packed<T>(s.Values, s.Size), value = Packed<T>(s.Values, s.ValueSize), across = Packed<T>(s.Size, s.Values), part = (nint)Block * wide;
            T* keys = Room<T>(key + value + across + 2 * part + Block * (Whole<T>(s.Size) + Whole<T>(s.ValueSize)));
            T* values = keys + key, rows = values + value, scores = rows + across, back = scores + part, queries = back + part, dys = queries + Block * Whole<T>(s.Size);
            for (var task = begin; task < end; task++)
            {
                T* dkey = DKey + s.KeyRow(task), dvalue = DValue + s.ValueRow(task);
                Pack(Key + s.KeyRow(task), s.Values, s.Groups * s.Size, s.Size, 1, keys);
                Pack(Value + s.ValueRow(task), s.Values, s.Groups * s.ValueSize, s.ValueSize, 1, values);
                Pack(Key + s.KeyRow(task), s.Size, 1, s.Values, s.Groups * s.Size, rows);
                for (var j = 0; j < s.Values; j++)
                {
                    new Span<T>(dkey + (nint)j * s.Groups * s.Size, s.Size).Clear();
                    new Span<T>(dvalue + (nint)j * s.Groups * s.ValueSize, s.ValueSize).Clear();
                }
                for (var head = s.FirstHead(task); head < s.FirstHead(task) + s.Times; head++)
                    for (var from = 0; from < s.Queries; from += count)
                    {
                        count = Math.Min(Block, s.Queries - from);
                        var columns = s.Columns<T>(from + count);
                        var (batch, first) = ((int)(task / s.Groups), s.QueryRow(task, from, head));
                        T* query = Query + first * s.Size, dy = DY + first * s.ValueSize, y = Y + first * s.ValueSize;
                        nint queryRow = s.Heads * s.Size, row = s.Heads * s.ValueSize;
                        Multiply(query, queryRow, count, s.Size, keys, s.Size, columns, scores, wide, add: false);
                        Multiply(dy, row, count, s.ValueSize, values, s.ValueSize, columns, back, wide, add: false);
                        for (var i = 0; i < count; i++)
                        {
                            T* weights = scores + (nint)i * wide, d = back + (nint)i * wide, stats = Rows + 2 * (((nint)batch * s.Heads + head) * s.Queries + from + i);
                            AttentionRow.Scale(weights, columns, T.CreateTruncating(s.Scale));
                            Masks.Scores(weights, columns, batch, head, from + i);
                            AttentionRow.Weights(weights, columns, stats[0], stats[1]);
                            Masks.Hide(weights, columns, batch, head, from + i);
                            Masks.Drop(d, columns, batch, head, from + i);
                            AttentionRow.Back(weights, d, columns, AttentionRow.Dot(dy + i * row, y + i * row, s.ValueSize), T.CreateTruncating(s.Scale));
                            Masks.Stop(d, columns, batch, head, from + i);
                            Masks.Drop(weights, columns, batch, head, from + i);
                        }
                        Multiply(back, wide, count, columns, rows, s.Values, s.Size, DQuery + first * s.Size, queryRow, add: false);
                        Pack(query, s.Size, 1, count, queryRow, queries);
                        Multiply(back, 1, columns, count, queries, count, s.Size, dkey, s.Groups * s.Size, add: true, step: wide);
                        Pack(dy, s.ValueSize, 1, count, row, dys);
                        Multiply(scores, 1, columns, count, dys, count, s.ValueSize, dvalue, s.Groups * s.ValueSize, add: true, step: wide);
                    }
            }
        }
    }
}
