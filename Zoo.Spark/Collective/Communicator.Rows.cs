using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Zoo.Spark.Collective;

internal abstract partial class Communicator
{
    readonly Dictionary<(int, DType), NDArray> rowsOf = [];

    /// <summary>
    /// <see cref="ReduceScatter(ReadOnlySpan{NDArray}, int[], WireFormat)"/> of gradients of looked-up rows: of each sum the rows that are not zero go to a worker, with their numbers, where these are
    /// fewer bytes than all. Zeros add nothing, so the sums are the same.
    /// </summary>
    /// <param name="sums">Rows, one behind the other; the result is in the first.</param>
    /// <param name="bounds">The slices.</param>
    /// <param name="width">The length of a row.</param>
    /// <param name="wire">How numbers travel.</param>
    internal void ReduceScatterRows(ReadOnlySpan<NDArray> sums, int[] bounds, int width, WireFormat wire = WireFormat.Float32)
    {
        var (outgoing, announced, incoming, into) = (new NDArray?[Size], new int[Size][], new int[Size], new NDArray?[Size]);
        var (dtype, own) = (sums[0].DType, Slice(sums[0], bounds, Rank));
        var halved = wire == WireFormat.BFloat16 && dtype == DType.Float32;
        var (element, depth) = (halved ? sizeof(ushort) : dtype.Size(), 0);
        var whole = own.Count * element;
        for (var peer = 0; peer < Size; peer++)
        {
            announced[peer] = new int[sums.Length];
            if (peer == Rank) continue;
            var (room, at) = (Room(packed, peer, sums.Length * (bounds[peer + 1] - bounds[peer]) * element, DType.UInt8), 0);
            for (var i = 0; i < sums.Length; i++) at += announced[peer][i] = PutRows(Slice(sums[i], bounds, peer), bounds[peer], width, halved, room.Bytes[at..]);
            outgoing[peer] = room.Rows(0, at);
        }
        var lengths = Lengths("ReduceScatterRows (sizes)", announced, ItemsOf);
        for (var peer = 0; peer < Size; peer++)
        {
            if (peer == Rank) continue;
            if (Array.Exists(lengths[peer], l => l < 0 || l > whole)) throw new ClusterException($"ReduceScatterRows: worker {peer} announced {string.Join(", ", lengths[peer])} bytes. Expected at most {whole}.") { Rank = peer };
            into[peer] = Room(rowsOf, peer, incoming[peer] = lengths[peer].Sum(), DType.UInt8);
        }
        Run(new("ReduceScatterRows", outgoing, incoming) { Into = into });
        for (var peer = 0; peer < Size; peer++)
            for (int i = 0, at = 0; i < ItemsOf(peer); at += lengths[peer][i++])
            {
                var (item, isNew) = (Order.Items[peer] + i, Order.Merges[Order.Items[peer] + i] == 0);
                var slot = Slot(isNew ? depth++ : depth - 1);
                if (peer == Rank) Add(slot.Bytes, Slice(sums[i], bounds, Rank).Bytes, dtype, isNew);
                else if (lengths[peer][i] == whole) Add(slot.Bytes, into[peer]!.Bytes.Slice(at, whole), dtype, isNew, halved);
                else TakeRows(slot, into[peer]!.Bytes.Slice(at, lengths[peer][i]), isNew, peer);
                for (var merges = 1; merges < Order.Merges[item]; merges++, depth--) Add(Slot(depth - 2).Bytes, Slot(depth - 1).Bytes, dtype, first: false);
            }
        Slot(0).Bytes.CopyTo(own.Bytes);

        NDArray Slot(int number) => Scratch(number + 1, own.Count, dtype);

        void TakeRows(NDArray slot, ReadOnlySpan<byte> rows, bool isNew, int peer)
        {
            // along a tree the bits are those of any number of workers, also where a zero makes +0 of -0
            var isApart = !isNew && Order.IsTree;
            var target = isApart ? Scratch(0, own.Count, dtype) : slot;
            if (isNew || isApart) target.Bytes.Clear();
            AddRows(target, rows, bounds[Rank], width, peer, halved, first: isNew || isApart);
            if (isApart) Add(slot.Bytes, target.Bytes, dtype, first: false);
        }
    }

    /// <summary>Writes the rows of a slice that are not zero, number and numbers of each, or the whole slice where that is no more; gives the number of bytes. Rows at the ends may lie in it in part.</summary>
    static int PutRows(NDArray slice, int from, int width, bool halved, Span<byte> room)
    {
        var bytes = slice.Bytes;
        var (element, at) = (slice.DType.Size(), 0);
        var most = halved ? bytes.Length / 2 : bytes.Length;
        for (var start = 0; start < slice.Count;)
        {
            var row = (from + start) / width;
            var end = Math.Min((row + 1) * width - from, slice.Count);
            var content = bytes[(start * element)..(end * element)];
            if (content.ContainsAnyExcept((byte)0))
            {
                var length = halved ? content.Length / 2 : content.Length;
                if (at + sizeof(int) + length >= most)
                {
                    Put(bytes, room[..most], halved);
                    return most;
                }
                BinaryPrimitives.WriteInt32LittleEndian(room[at..], row);
                Put(content, room.Slice(at + sizeof(int), length), halved);
                at += sizeof(int) + length;
            }
            start = end;
        }
        return at;
    }

    static void Put(ReadOnlySpan<byte> numbers, Span<byte> into, bool halved)
    {
        if (halved) Brain.Encode(MemoryMarshal.Cast<byte, float>(numbers), MemoryMarshal.Cast<byte, ushort>(into));
        else numbers.CopyTo(into);
    }

    static void AddRows(NDArray into, ReadOnlySpan<byte> rows, int from, int width, int peer, bool halved, bool first)
    {
        var element = halved ? sizeof(ushort) : into.DType.Size();
        while (rows.Length > 0)
        {
            var row = rows.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rows);
            var (start, end) = (Math.Max((long)row * width - from, 0), Math.Min(((long)row + 1) * width - from, into.Count));
            var length = (int)(end - start) * element;
            if (row < 0 || end <= start || rows.Length < sizeof(int) + length) throw new ClusterException($"ReduceScatterRows: worker {peer} sent a row {row} that is none of this slice. Expected rows of it.") { Rank = peer };
            Add(into.Rows((int)start, (int)(end - start)).Bytes, rows.Slice(sizeof(int), length), into.DType, first, halved);
            rows = rows[(sizeof(int) + length)..];
        }
    }
}
