using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Zoo.Spark.Collective;

/// <summary>
/// What workers do together. Everyone makes the same calls in the same order. Algorithms are here, over one primitive, <see cref="Exchange"/>, that the
/// two ways of transport (memory, TCP) give: so both give the same bits. Sums are made by the owner of a slice in a fixed order (<see cref="Order"/>). Every call ends
/// by the deadline, with its result or a <see cref="ClusterException"/>; after an error the communicator is of no use any more.
/// </summary>
internal abstract partial class Communicator(int rank, int size, TimeSpan timeout) : IDisposable
{
    /// <summary>Up to this many bytes all send all to all: one round in place of two.</summary>
    const int Small = 16 << 10;

    readonly Dictionary<(int, DType), NDArray> scratch = [], packed = [];
    long waited, waits;

    /// <summary>The number of this worker, from 0.</summary>
    internal int Rank => rank;

    /// <summary>The number of workers.</summary>
    internal int Size => size;

    /// <summary>The longest time of one call.</summary>
    internal TimeSpan Timeout { get; set; } = timeout;

    /// <summary>Bytes sent to others so far, framing aside.</summary>
    internal long Sent { get; private set; }

    /// <summary>Whether <see cref="Memory"/> is the same for all workers, so that what one writes there all have.</summary>
    internal virtual bool SharesMemory => false;

    /// <summary>Memory of so many elements that stays, by number.</summary>
    internal virtual NDArray Memory(int number, int count, DType dtype) => NDArray.Fixed([count], dtype);

    /// <summary>Ticks of the clock that this worker has waited for others until now; asked while it waits, too.</summary>
    internal long Waited(long now) => Volatile.Read(ref waited) + (Volatile.Read(ref waits) is > 0 and var since ? now - since : 0);

    /// <summary>The worker waits, or goes on.</summary>
    protected void Waits(bool begins)
    {
        var now = Stopwatch.GetTimestamp();
        if (!begins) Volatile.Write(ref waited, waited + now - waits);
        Volatile.Write(ref waits, begins ? now : 0);
    }

    /// <summary>Takes what a worker sent, a part at a time: workers in the order of their ranks, parts in order.</summary>
    protected delegate void Receiver(int from, int offset, ReadOnlySpan<byte> part);

    /// <summary>Sends each worker its array (null or empty: nothing) and receives as many bytes of each as given; the entry of this worker itself is received too.</summary>
    protected abstract void Exchange(string what, NDArray?[] outgoing, int[] incoming, Receiver receive, Deadline deadline);

    /// <summary>Tells the others that this worker failed, so that none waits for it.</summary>
    internal abstract void Abort(Exception error);

    /// <summary>How the batch is cut into shards, and in which order sums are made.</summary>
    internal ShardOrder Order { get; init; } = new(size);

    /// <summary>After it the own slice (rank r: bounds[r] to bounds[r + 1]) holds the sums over all workers.</summary>
    internal void ReduceScatter(NDArray flat, int[] bounds, WireFormat wire = WireFormat.Float32) => ReduceScatter([flat], bounds, wire);

    /// <summary>The same of several sums of shards (<see cref="Order"/>); the result is in the first.</summary>
    internal void ReduceScatter(ReadOnlySpan<NDArray> sums, int[] bounds, WireFormat wire = WireFormat.Float32)
    {
        var halved = wire == WireFormat.BFloat16 && sums[0].DType == DType.Float32;
        var outgoing = new NDArray?[Size];
        for (var peer = 0; peer < Size; peer++) outgoing[peer] = Packed(sums, bounds[peer], bounds[peer + 1], peer, halved && peer != Rank);
        Sum("ReduceScatter", outgoing, Slice(sums[0], bounds, Rank), halved, mayWriteEarly: true);
    }

    /// <summary>After it every worker has every slice of its owner. As bfloat16 the own slice is rounded too, so that all have the same bits.</summary>
    internal void AllGather(NDArray flat, int[] bounds, WireFormat wire = WireFormat.Float32)
    {
        var halved = wire == WireFormat.BFloat16 && flat.DType == DType.Float32;
        var mine = Slice(flat, bounds, Rank);
        if (halved)
        {
            var whole = mine;
            mine = Packed([flat], bounds[Rank], bounds[Rank + 1], Rank, halved);
            Brain.Decode(Brain.Halves(mine.Bytes), whole.AsSpan<float>());
        }
        var outgoing = new NDArray?[Size];
        var incoming = new int[Size];
        for (var peer = 0; peer < Size; peer++)
            if (peer != Rank) (outgoing[peer], incoming[peer]) = (mine, (bounds[peer + 1] - bounds[peer]) * mine.DType.Size());
        Run("AllGather", outgoing, incoming, (peer, at, part) =>
        {
            var slice = Slice(flat, bounds, peer);
            // memory that workers share has it already
            if (halved) Brain.Decode(Brain.Halves(part), slice.AsSpan<float>().Slice(at / sizeof(ushort), part.Length / sizeof(ushort)));
            else if (!part.Overlaps(slice.Bytes)) part.CopyTo(slice.Bytes[at..]);
        });
    }

    /// <summary>After it every worker has the sums over all.</summary>
    internal void AllReduce(NDArray flat, WireFormat wire = WireFormat.Float32) => AllReduce([flat], wire);

    /// <summary>The same of several sums of shards (<see cref="Order"/>); the result is in the first.</summary>
    internal void AllReduce(ReadOnlySpan<NDArray> sums, WireFormat wire = WireFormat.Float32)
    {
        var flat = sums[0];
        if (flat.Count * flat.DType.Size() > Small)
        {
            var bounds = Slices.Bounds(flat.Count, Size);
            ReduceScatter(sums, bounds, wire);
            AllGather(flat, bounds, wire);
            return;
        }
        var outgoing = new NDArray?[Size];
        Array.Fill(outgoing, Packed(sums, 0, flat.Count, Rank, halved: false));
        Sum("AllReduce", outgoing, flat, halved: false, mayWriteEarly: false);
    }

    /// <summary>Adds up what all send, in the fixed order.</summary>
    /// <param name="what">The call, in messages.</param>
    /// <param name="outgoing">For each worker, and for this one itself.</param>
    /// <param name="result">Takes the sum.</param>
    /// <param name="halved">Whether what comes from others is bfloat16.</param>
    /// <param name="mayWriteEarly">Whether the result holds nothing but this worker's own first sum, so that it can be added to in place.</param>
    void Sum(string what, NDArray?[] outgoing, NDArray result, bool halved, bool mayWriteEarly)
    {
        var (incoming, mine, element) = (new int[Size], Order.Items[Rank], result.DType.Size());
        for (var peer = 0; peer < Size; peer++) incoming[peer] = (Order.Items[peer + 1] - Order.Items[peer]) * result.Count * (halved && peer != Rank ? sizeof(ushort) : element);
        // The first two may be added up in place: a + b = b + a to the bit.
        var inPlace = mayWriteEarly && Order.Items[Rank + 1] == mine + 1 && (mine == 0 || mine == 1 && Order.Merges[1] > 0);
        NDArray[] slots = [inPlace ? result : Scratch(0, result)];
        var depth = 0;
        Run(what, outgoing, incoming, (peer, at, part) =>
        {
            var (isHalved, size) = (halved && peer != Rank, incoming[peer] / (Order.Items[peer + 1] - Order.Items[peer]));
            for (; part.Length > 0;)
            {
                var (item, offset) = (Order.Items[peer] + at / size, at % size);
                var now = part[..Math.Min(part.Length, size - offset)];
                var isNew = Order.Merges[item] == 0;
                var slot = isNew ? depth : depth - 1;
                if (slot == slots.Length) slots = [.. slots, Scratch(slot, result)];
                if (!inPlace || item != mine)
                {
                    var first = isNew && !(inPlace && item < mine);
                    if (isHalved) AddHalves(slots[slot], offset / sizeof(ushort), now, first);
                    else Add(slots[slot].Bytes.Slice(offset, now.Length), now, result.DType, first);
                }
                at += now.Length;
                part = part[now.Length..];
                if (offset + now.Length < size) continue;
                if (isNew) depth++;
                for (var merges = 1; merges < Order.Merges[item]; merges++, depth--) Add(slots[depth - 2].Bytes, slots[depth - 1].Bytes, result.DType, first: false);
            }
        });
        if (!ReferenceEquals(slots[0], result)) slots[0].Bytes.CopyTo(result.Bytes);
    }

    /// <summary>After it every worker has what <paramref name="root"/> has.</summary>
    internal void Broadcast(NDArray flat, int root)
    {
        var (outgoing, incoming) = (new NDArray?[Size], new int[Size]);
        if (Rank == root) Array.Fill(outgoing, flat);
        else incoming[root] = flat.Count * flat.DType.Size();
        outgoing[Rank] = null;
        Run("Broadcast", outgoing, incoming, (_, at, part) => part.CopyTo(flat.Bytes[at..]));
    }

    /// <summary>Returns when all have called it.</summary>
    internal void Barrier()
    {
        var (outgoing, incoming) = (new NDArray?[Size], new int[Size]);
        Array.Fill(outgoing, NDArray.Zeros([1], DType.UInt8));
        Array.Fill(incoming, 1);
        Run("Barrier", outgoing, incoming, (_, _, _) => { });
    }

    /// <summary>The bytes that each worker gives, for all.</summary>
    internal byte[][] AllGather(byte[] mine)
    {
        var (outgoing, incoming, lengths) = (new NDArray?[Size], new int[Size], new int[Size]);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, mine.Length);
        Array.Fill(outgoing, NDArray.From(length));
        Array.Fill(incoming, sizeof(int));
        Run("AllGather (sizes)", outgoing, incoming, (peer, _, part) => lengths[peer] = BinaryPrimitives.ReadInt32LittleEndian(part));
        if (Array.FindIndex(lengths, l => l < 0) is >= 0 and var wrong) throw new ClusterException($"AllGather: worker {wrong} announced an object of {lengths[wrong]} bytes. Expected 0 to 2 GB.") { Rank = wrong };
        var result = Array.ConvertAll(lengths, l => new byte[l]);
        Array.Fill(outgoing, NDArray.From(mine));
        Run("AllGather", outgoing, lengths, (peer, at, part) => part.CopyTo(result[peer].AsSpan(at)));
        return result;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    void Run(string what, NDArray?[] outgoing, int[] incoming, Receiver receive)
    {
        for (var peer = 0; peer < Size; peer++)
            if (peer != Rank && outgoing[peer] is { } array) Sent += array.Count * array.DType.Size();
        Exchange(what, outgoing, incoming, receive, Deadline.After(Timeout));
    }

    static NDArray Slice(NDArray flat, int[] bounds, int of) => flat.Rows(bounds[of], bounds[of + 1] - bounds[of]);

    NDArray Scratch(int slot, NDArray like) => Room(scratch, slot, like.Count, like.DType);

    /// <summary>A range of sums, one behind the other, for a worker.</summary>
    NDArray Packed(ReadOnlySpan<NDArray> sums, int from, int to, int peer, bool halved)
    {
        if (!halved && sums.Length == 1) return sums[0].Rows(from, to - from);
        var (count, room) = (to - from, Room(packed, peer, (to - from) * sums.Length, halved ? DType.UInt16 : sums[0].DType));
        for (var i = 0; i < sums.Length; i++)
            if (halved) Brain.Encode(sums[i].Rows(from, count).AsSpan<float>(), room.Rows(i * count, count).AsSpan<ushort>());
            else sums[i].Rows(from, count).Bytes.CopyTo(room.Rows(i * count, count).Bytes);
        return room;
    }

    /// <summary>Memory that stays for the next call.</summary>
    static NDArray Room(Dictionary<(int, DType), NDArray> rooms, int number, int count, DType dtype)
    {
        if (!rooms.TryGetValue((number, dtype), out var room) || room.Count < count) rooms[(number, dtype)] = room = NDArray.Zeros([count], dtype);
        return room.Rows(0, count);
    }

    static void AddHalves(NDArray into, int at, ReadOnlySpan<byte> part, bool first)
    {
        var numbers = Brain.Halves(part);
        var target = into.AsSpan<float>().Slice(at, numbers.Length);
        if (first) Brain.Decode(numbers, target);
        else Brain.Add(numbers, target);
    }

    internal static void Add(Span<byte> into, ReadOnlySpan<byte> part, DType dtype, bool first)
    {
        if (first) part.CopyTo(into);
        else if (dtype == DType.Float32) Sum<float>(into, part);
        else if (dtype == DType.Float64) Sum<double>(into, part);
        else if (dtype == DType.Int64) Sum<long>(into, part);
        else throw new ArgumentException($"all-reduce: numbers of {dtype.Name()} were given. Expected float32, float64 or int64. Convert them first.");
    }

    static void Sum<T>(Span<byte> into, ReadOnlySpan<byte> part) where T : unmanaged, System.Numerics.IAdditionOperators<T, T, T>, System.Numerics.IAdditiveIdentity<T, T>
    {
        var sum = MemoryMarshal.Cast<byte, T>(into);
        TensorPrimitives.Add(sum, MemoryMarshal.Cast<byte, T>(part), sum);
    }
}
