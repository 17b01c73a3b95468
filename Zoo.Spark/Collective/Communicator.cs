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

    /// <summary>Where the time of exchanges went.</summary>
    internal Tally Tally { get; } = new();

    /// <summary>Sends and receives.</summary>
    protected abstract void Exchange(Traffic traffic, Deadline deadline);

    /// <summary>A part of what a worker sent is here.</summary>
    protected void Take(Traffic traffic, int from, int at, ReadOnlySpan<byte> part)
    {
        var lap = Stopwatch.GetTimestamp();
        if (traffic.Into?[from] is not { } place) traffic.Receive?.Invoke(from, at, part);
        else if (!part.Overlaps(place.Bytes)) part.CopyTo(place.Bytes[at..]);   // memory that workers share has it already
        Tally.Lap(traffic.Into is null ? Phase.Add : Phase.Receive, lap);
    }

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
        var (outgoing, block) = (new NDArray?[Size], BlockOf(halved ? DType.UInt16 : sums[0].DType));
        for (var peer = 0; peer < Size; peer++) outgoing[peer] = Packed(sums, bounds[peer], bounds[peer + 1], peer, halved && peer != Rank, block);
        Sum("ReduceScatter", outgoing, Slice(sums[0], bounds, Rank), halved, mayWriteEarly: true);
    }

    /// <summary>After it every worker has every slice of its owner. As bfloat16 the own slice is rounded too, so that all have the same bits.</summary>
    internal void AllGather(NDArray flat, int[] bounds, WireFormat wire = WireFormat.Float32)
    {
        var halved = wire == WireFormat.BFloat16 && flat.DType == DType.Float32;
        var slices = Enumerable.Range(0, Size).Select(peer => Slice(flat, bounds, peer)).ToArray();
        var mine = slices[Rank];
        if (halved)
        {
            mine = Packed([flat], bounds[Rank], bounds[Rank + 1], Rank, halved, mine.Count);
            Brain.Decode(Brain.Halves(mine.Bytes), slices[Rank].AsSpan<float>());
        }
        var (outgoing, incoming) = (new NDArray?[Size], new int[Size]);
        for (var peer = 0; peer < Size; peer++)
            if (peer != Rank) (outgoing[peer], incoming[peer]) = (mine, slices[peer].Count * mine.DType.Size());
        Traffic traffic = new("AllGather", outgoing, incoming);
        Run(halved ? traffic with { Receive = (peer, at, part) => Brain.Decode(Brain.Halves(part), slices[peer].AsSpan<float>()[(at / sizeof(ushort))..]) } : traffic with { Into = slices });
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
        Array.Fill(outgoing, Packed(sums, 0, flat.Count, Rank, halved: false, BlockOf(flat.DType)));
        Sum("AllReduce", outgoing, flat, halved: false, mayWriteEarly: false);
    }

    /// <summary>Adds up what all send, in the fixed order, block by block.</summary>
    /// <param name="what">The call, in messages.</param>
    /// <param name="outgoing">For each worker, and for this one itself.</param>
    /// <param name="result">Takes the sum.</param>
    /// <param name="halved">Whether what comes from others is bfloat16.</param>
    /// <param name="mayWriteEarly">Whether the result holds nothing but this worker's own first sum, and nobody else reads it, so that it can be written while others still come.</param>
    void Sum(string what, NDArray?[] outgoing, NDArray result, bool halved, bool mayWriteEarly)
    {
        var (mine, element, block) = (Order.Items[Rank], result.DType.Size(), BlockOf(halved ? DType.UInt16 : result.DType));
        int[] units = [.. Enumerable.Range(0, Size).Select(peer => ItemsOf(peer) * (halved && peer != Rank ? sizeof(ushort) : element))];
        // The first two may be added up in place: a + b = b + a to the bit.
        var inPlace = mayWriteEarly && ItemsOf(Rank) == 1 && (mine == 0 || mine == 1 && Order.Merges[1] > 0);
        var whole = inPlace ? result : mayWriteEarly ? null : Scratch(0, result.Count, result.DType);
        var depth = 0;
        Run(new(what, outgoing, Array.ConvertAll(units, u => u * result.Count))
        {
            Step = block * ItemsOf(Rank) * (halved ? sizeof(ushort) : element),
            Steps = Array.ConvertAll(units, u => u * block),
            Receive = (peer, at, part) =>
            {
                var isHalved = halved && peer != Rank;
                var length = part.Length / ItemsOf(peer);   // of the block of one sum
                var (count, start) = (length / (isHalved ? sizeof(ushort) : element), at / ItemsOf(peer) / (isHalved ? sizeof(ushort) : element));
                if (peer == 0) depth = 0;
                for (var item = Order.Items[peer]; part.Length > 0; item++, part = part[length..])
                {
                    var isNew = Order.Merges[item] == 0;
                    var slot = Slot(isNew ? depth : depth - 1, start, count);
                    if (!inPlace || item != mine) Add(slot, part[..length], result.DType, first: isNew && !(inPlace && item < mine), isHalved);
                    if (isNew) depth++;
                    for (var merges = 1; merges < Order.Merges[item]; merges++, depth--) Add(Slot(depth - 2, start, count), Slot(depth - 1, start, count), result.DType, first: false);
                }
                if (peer == Size - 1 && whole is null) Slot(0, start, count).CopyTo(result.Bytes[(start * element)..]);
            },
        });
        if (whole is not null && !inPlace) whole.Bytes.CopyTo(result.Bytes);

        Span<byte> Slot(int number, int start, int count) => number == 0 && whole is not null ? whole.Bytes.Slice(start * element, count * element) : Scratch(number + 1, block, result.DType).Bytes[..(count * element)];
    }

    int ItemsOf(int worker) => Order.Items[worker + 1] - Order.Items[worker];

    /// <summary>How many elements of each sum are a block: those that a worker gives of its sums are at most a frame.</summary>
    int BlockOf(DType wire) => Math.Max(1, Frame.Most / wire.Size() / Enumerable.Range(0, Size).Max(ItemsOf));

    /// <summary>After it every worker has what <paramref name="root"/> has.</summary>
    internal void Broadcast(NDArray flat, int root)
    {
        var (outgoing, incoming, into) = (new NDArray?[Size], new int[Size], new NDArray?[Size]);
        if (Rank == root) Array.Fill(outgoing, flat);
        else (incoming[root], into[root]) = (Traffic.Length(flat), flat);
        outgoing[Rank] = null;
        Run(new("Broadcast", outgoing, incoming) { Into = into });
    }

    /// <summary>Returns when all have called it.</summary>
    internal void Barrier()
    {
        var (outgoing, incoming) = (new NDArray?[Size], new int[Size]);
        Array.Fill(outgoing, NDArray.Zeros([1], DType.UInt8));
        Array.Fill(incoming, 1);
        Run(new("Barrier", outgoing, incoming));
    }

    /// <summary>The bytes that each worker gives, for all.</summary>
    internal byte[][] AllGather(byte[] mine)
    {
        var lengths = Array.ConvertAll(Lengths("AllGather (sizes)", [.. Enumerable.Repeat(new[] { mine.Length }, Size)], _ => 1), l => l[0]);
        if (Array.FindIndex(lengths, l => l < 0) is >= 0 and var wrong) throw new ClusterException($"AllGather: worker {wrong} announced an object of {lengths[wrong]} bytes. Expected 0 to 2 GB.") { Rank = wrong };
        var result = Array.ConvertAll(lengths, l => new byte[l]);
        Run(new("AllGather", [.. Enumerable.Repeat(NDArray.From(mine), Size)], lengths) { Into = Array.ConvertAll(result, r => NDArray.From(r)) });
        return result;
    }

    /// <summary>Numbers for each worker; those that all have for this one, of each as many as said.</summary>
    int[][] Lengths(string what, int[][] mine, Func<int, int> count)
    {
        var lengths = Enumerable.Range(0, Size).Select(peer => new int[count(peer)]).ToArray();
        Run(new(what, Array.ConvertAll(mine, m => NDArray.From(m)), Array.ConvertAll(lengths, l => l.Length * sizeof(int))) { Into = Array.ConvertAll(lengths, l => NDArray.From(l)) });
        return lengths;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    void Run(Traffic traffic)
    {
        for (var peer = 0; peer < Size; peer++)
            if (peer != Rank) Sent += Traffic.Length(traffic.Outgoing[peer]);
        Exchange(traffic, Deadline.After(Timeout));
    }

    static NDArray Slice(NDArray flat, int[] bounds, int of) => flat.Rows(bounds[of], bounds[of + 1] - bounds[of]);

    NDArray Scratch(int slot, int count, DType dtype) => Room(scratch, slot, count, dtype);

    /// <summary>A range of sums for a worker, as they travel: a block of each, then the next blocks.</summary>
    NDArray Packed(ReadOnlySpan<NDArray> sums, int from, int to, int peer, bool halved, int block)
    {
        if (!halved && sums.Length == 1) return sums[0].Rows(from, to - from);
        var (room, at) = (Room(packed, peer, (to - from) * sums.Length, halved ? DType.UInt16 : sums[0].DType), 0);
        for (; from < to; from += block)
            foreach (var sum in sums)
            {
                var part = sum.Rows(from, Math.Min(block, to - from));
                if (halved) Brain.Encode(part.AsSpan<float>(), room.Rows(at, part.Count).AsSpan<ushort>());
                else part.Bytes.CopyTo(room.Rows(at, part.Count).Bytes);
                at += part.Count;
            }
        return room;
    }

    /// <summary>Memory that stays for the next call.</summary>
    static NDArray Room(Dictionary<(int, DType), NDArray> rooms, int number, int count, DType dtype)
    {
        if (!rooms.TryGetValue((number, dtype), out var room) || room.Count < count) rooms[(number, dtype)] = room = NDArray.Zeros([count], dtype);
        return room.Rows(0, count);
    }

    static void AddHalves(Span<byte> into, ReadOnlySpan<byte> part, bool first)
    {
        var numbers = Brain.Halves(part);
        var target = MemoryMarshal.Cast<byte, float>(into);
        if (first) Brain.Decode(numbers, target);
        else Brain.Add(numbers, target);
    }

    internal static void Add(Span<byte> into, ReadOnlySpan<byte> part, DType dtype, bool first, bool halved = false)
    {
        if (halved) AddHalves(into, part, first);
        else if (first) part.CopyTo(into);
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
