using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Zoo.Spark.Collective;

internal abstract partial class Communicator
{
    const int Dense = -1;

    /// <summary>
    /// <see cref="ReduceScatter(NDArray, int[], WireFormat)"/> of gradients of looked-up rows: to each worker go the rows that are not zero, with their numbers, where these are fewer
    /// bytes than all. Zeros add nothing, so the sums are the same.
    /// </summary>
    /// <param name="flat">Rows, one behind the other.</param>
    /// <param name="bounds">The slices.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="wire">How numbers travel.</param>
    internal void ReduceScatterRows(NDArray flat, int[] bounds, int width, WireFormat wire = WireFormat.Float32)
    {
        var (outgoing, incoming, announced, into) = (new NDArray?[Size], new int[Size], new int[Size], new NDArray?[Size]);
        var halved = wire == WireFormat.BFloat16 && flat.DType == DType.Float32;
        var (own, element) = (Slice(flat, bounds, Rank), halved ? sizeof(ushort) : flat.DType.Size());
        for (var peer = 0; peer < Size; peer++)
        {
            if (peer == Rank) continue;
            var slice = Slice(flat, bounds, peer);
            var rows = Rows(slice, bounds[peer], width, peer, halved);
            (outgoing[peer], announced[peer]) = (rows ?? Packed([flat], bounds[peer], bounds[peer + 1], peer, halved, slice.Count), rows?.Count ?? Dense);
        }
        var lengths = Lengths("ReduceScatterRows (sizes)", announced);
        for (var peer = 0; peer < Size; peer++)
        {
            if (peer == Rank) continue;
            if (lengths[peer] != Dense && (lengths[peer] < 0 || lengths[peer] > own.Count * element)) throw new ClusterException($"ReduceScatterRows: worker {peer} announced {lengths[peer]} bytes. Expected at most {own.Count * element}.") { Rank = peer };
            incoming[peer] = lengths[peer] == Dense ? own.Count * element : lengths[peer];
            into[peer] = Room(rowsOf, peer, incoming[peer], DType.UInt8);
        }
        Run(new("ReduceScatterRows", outgoing, incoming) { Into = into });
        var sum = Scratch(0, own.Count, own.DType);
        sum.Bytes.Clear();
        for (var peer = 0; peer < Size; peer++)
            if (peer == Rank) Add(sum.Bytes, own.Bytes, flat.DType, first: false);
            else if (lengths[peer] == Dense) Add(sum.Bytes, into[peer]!.Bytes, flat.DType, first: false, halved);
            else AddRows(sum, into[peer]!.Bytes, bounds[Rank], width, peer, halved);
        sum.Bytes.CopyTo(own.Bytes);
    }

    readonly Dictionary<(int, DType), NDArray> rowsOf = [];

    /// <summary>The rows of a slice that are not zero: number and numbers of each; null where that is no less than the slice. Rows at the ends may lie in it in part.</summary>
    NDArray? Rows(NDArray slice, int from, int width, int peer, bool halved)
    {
        var bytes = slice.Bytes;
        var (element, at) = (slice.DType.Size(), 0);
        var most = halved ? bytes.Length / 2 : bytes.Length;
        var room = Room(packed, peer, most, DType.UInt8);
        for (var start = 0; start < slice.Count;)
        {
            var row = (from + start) / width;
            var end = Math.Min((row + 1) * width - from, slice.Count);
            var content = bytes[(start * element)..(end * element)];
            if (content.ContainsAnyExcept((byte)0))
            {
                var length = halved ? content.Length / 2 : content.Length;
                if (at + sizeof(int) + length >= most) return null;
                BinaryPrimitives.WriteInt32LittleEndian(room.Bytes[at..], row);
                var target = room.Bytes.Slice(at + sizeof(int), length);
                if (halved) Brain.Encode(MemoryMarshal.Cast<byte, float>(content), MemoryMarshal.Cast<byte, ushort>(target));
                else content.CopyTo(target);
                at += sizeof(int) + length;
            }
            start = end;
        }
        return room.Rows(0, at);
    }

    static void AddRows(NDArray into, ReadOnlySpan<byte> rows, int from, int width, int peer, bool halved)
    {
        var element = halved ? sizeof(ushort) : into.DType.Size();
        while (rows.Length > 0)
        {
            var row = rows.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rows);
            var (start, end) = (Math.Max((long)row * width - from, 0), Math.Min(((long)row + 1) * width - from, into.Count));
            var length = (int)(end - start) * element;
            if (row < 0 || end <= start || rows.Length < sizeof(int) + length) throw new ClusterException($"ReduceScatterRows: worker {peer} sent a row {row} that is none of this slice. Expected rows of it.") { Rank = peer };
            Add(into.Rows((int)start, (int)(end - start)).Bytes, rows.Slice(sizeof(int), length), into.DType, first: false, halved);
            rows = rows[(sizeof(int) + length)..];
        }
    }
}
