using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Zoo.Spark.Collective;

/// <summary>
/// What workers do together. Everyone makes the same calls in the same order. Algorithms are here, over one primitive, <see cref="Exchange"/>, that the
/// two ways of transport (memory, TCP) give: so both give the same bits. Sums are made by the owner of a slice in the order of the ranks. Every call ends
/// by the deadline, with its result or a <see cref="ClusterException"/>; after an error the communicator is of no use any more.
/// </summary>
internal abstract class Communicator(int rank, int size, TimeSpan timeout) : IDisposable
{
    /// <summary>Up to this many bytes all send all to all: one round in place of two.</summary>
    const int Small = 16 << 10;

    NDArray? sums;
    readonly Dictionary<int, NDArray> halves = [];

    /// <summary>The number of this worker, from 0.</summary>
    internal int Rank => rank;

    /// <summary>The number of workers.</summary>
    internal int Size => size;

    /// <summary>The longest time of one call.</summary>
    internal TimeSpan Timeout { get; set; } = timeout;

    /// <summary>Bytes sent to others so far, framing aside.</summary>
    internal long Sent { get; private set; }

    /// <summary>Takes what a worker sent, a part at a time: workers in the order of their ranks, parts in order.</summary>
    protected delegate void Receiver(int from, int offset, ReadOnlySpan<byte> part);

    /// <summary>Sends each worker its array (null or empty: nothing) and receives as many bytes of each as given; the entry of this worker itself is received too.</summary>
    protected abstract void Exchange(string what, NDArray?[] outgoing, int[] incoming, Receiver receive, Deadline deadline);

    /// <summary>Tells the others that this worker failed, so that none waits for it.</summary>
    internal abstract void Abort(Exception error);

    /// <summary>After it the own slice (rank r: bounds[r] to bounds[r + 1]) holds the sums over all workers.</summary>
    internal void ReduceScatter(NDArray flat, int[] bounds, WireFormat wire = WireFormat.Float32)
    {
        var (halved, element) = (wire == WireFormat.BFloat16 && flat.DType == DType.Float32, flat.DType.Size());
        var (outgoing, incoming, own) = (new NDArray?[Size], new int[Size], Slice(flat, bounds, Rank));
        for (var peer = 0; peer < Size; peer++)
        {
            incoming[peer] = own.Count * (halved && peer != Rank ? sizeof(ushort) : element);
            outgoing[peer] = peer == Rank ? own : halved ? Halved(Slice(flat, bounds, peer), peer) : Slice(flat, bounds, peer);
        }
        // The first two ranks may add in place: a + b = b + a to the bit.
        var into = Rank < 2 ? own : Scratch(own);
        Run("ReduceScatter", outgoing, incoming, (peer, at, part) =>
        {
            if (peer == Rank && Rank < 2) return;
            var first = peer == 0 && Rank > 1;
            if (halved && peer != Rank) AddHalves(into, at / sizeof(ushort), part, first);
            else Add(into.Bytes.Slice(at, part.Length), part, flat.DType, first);
        });
        if (!ReferenceEquals(into, own)) into.Bytes.CopyTo(own.Bytes);
    }

    /// <summary>After it every worker has every slice of its owner. As bfloat16 the own slice is rounded too, so that all have the same bits.</summary>
    internal void AllGather(NDArray flat, int[] bounds, WireFormat wire = WireFormat.Float32)
    {
        var halved = wire == WireFormat.BFloat16 && flat.DType == DType.Float32;
        var mine = Slice(flat, bounds, Rank);
        if (halved)
        {
            var whole = mine;
            mine = Halved(mine, Rank);
            Brain.Decode(Brain.Halves(mine.Bytes), whole.AsSpan<float>());
        }
        var outgoing = new NDArray?[Size];
        var incoming = new int[Size];
        for (var peer = 0; peer < Size; peer++)
            if (peer != Rank) (outgoing[peer], incoming[peer]) = (mine, (bounds[peer + 1] - bounds[peer]) * mine.DType.Size());
        Run("AllGather", outgoing, incoming, (peer, at, part) =>
        {
            var slice = Slice(flat, bounds, peer);
            if (halved) Brain.Decode(Brain.Halves(part), slice.AsSpan<float>().Slice(at / sizeof(ushort), part.Length / sizeof(ushort)));
            else part.CopyTo(slice.Bytes[at..]);
        });
    }

    /// <summary>After it every worker has the sums over all.</summary>
    internal void AllReduce(NDArray flat, WireFormat wire = WireFormat.Float32)
    {
        if (flat.Count * flat.DType.Size() > Small)
        {
            var bounds = Slices.Bounds(flat.Count, Size);
            ReduceScatter(flat, bounds, wire);
            AllGather(flat, bounds, wire);
            return;
        }
        var (outgoing, incoming, into) = (new NDArray?[Size], new int[Size], Scratch(flat));
        Array.Fill(outgoing, flat);
        Array.Fill(incoming, flat.Count * flat.DType.Size());
        Run("AllReduce", outgoing, incoming, (peer, at, part) => Add(into.Bytes.Slice(at, part.Length), part, flat.DType, first: peer == 0));
        into.Bytes.CopyTo(flat.Bytes);
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

    NDArray Scratch(NDArray like)
    {
        if (sums is null || sums.DType != like.DType || sums.Count < like.Count) sums = NDArray.Zeros([like.Count], like.DType);
        return sums.Rows(0, like.Count);
    }

    NDArray Halved(NDArray numbers, int peer)
    {
        if (!halves.TryGetValue(peer, out var room) || room.Count < numbers.Count) halves[peer] = room = NDArray.Zeros([numbers.Count], DType.UInt16);
        room = room.Rows(0, numbers.Count);
        Brain.Encode(numbers.AsSpan<float>(), room.AsSpan<ushort>());
        return room;
    }

    static void AddHalves(NDArray into, int at, ReadOnlySpan<byte> part, bool first)
    {
        var numbers = Brain.Halves(part);
        var target = into.AsSpan<float>().Slice(at, numbers.Length);
        if (first) Brain.Decode(numbers, target);
        else Brain.Add(numbers, target);
    }

    static void Add(Span<byte> into, ReadOnlySpan<byte> part, DType dtype, bool first)
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
